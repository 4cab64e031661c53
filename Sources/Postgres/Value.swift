/// A value that is bound to a query, sent in PostgreSQL's binary form.
public enum Value: Sendable, Equatable {
  /// SQL NULL, of whatever type the query wants.
  case null
  /// `bigint`.
  case int8(Int64)
  /// `integer`.
  case int4(Int32)
  /// `boolean`.
  case bool(Bool)
  /// `text`; must not hold U+0000, which PostgreSQL cannot store.
  case text(String)
  /// `bytea`, or any other type in its own binary form.
  case bytes([UInt8])
}

/// The arguments of one query in the shape that libpq reads: three parallel arrays over one run of bytes.
///
/// It is kept until the answer is there, so that a read can be sent again.
struct BoundValues {
  private var bytes: [UInt8] = []
  private var ends: [Int32?] = []

  init(_ values: [Value]) {
    ends.reserveCapacity(values.count)
    bytes.reserveCapacity(values.count * 8)
    for value in values {
      switch value {
      case .null:
        ends.append(nil)
        continue
      case .int8(let number): withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
      case .int4(let number): withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
      case .bool(let flag): bytes.append(flag ? 1 : 0)
      case .text(let text): bytes.append(contentsOf: text.utf8)
      case .bytes(let raw): bytes.append(contentsOf: raw)
      }
      ends.append(Int32(bytes.count))
    }
  }

  /// Calls `body` with count, pointers, lengths and formats (all binary).
  func withArrays<Result>(
    _ body: (
      Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
    ) -> Result
  ) -> Result {
    let count = ends.count
    return bytes.withUnsafeBufferPointer { bytes in
      withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count + 1) { pointers in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * count + 1) { numbers in
          var start: Int32 = 0
          for index in 0..<count {
            numbers.initializeElement(at: count + index, to: 1)
            guard let end = ends[index] else {
              pointers.initializeElement(at: index, to: nil)
              numbers.initializeElement(at: index, to: 0)
              continue
            }
            // An empty text is not NULL, so it needs some pointer; any will do.
            let text =
              bytes.baseAddress.map { UnsafeRawPointer($0 + Int(start)) }
              ?? UnsafeRawPointer(numbers.baseAddress)
            pointers.initializeElement(at: index, to: text?.assumingMemoryBound(to: CChar.self))
            numbers.initializeElement(at: index, to: end - start)
            start = end
          }
          let lengths = numbers.baseAddress
          return body(
            Int32(count), pointers.baseAddress.map { UnsafePointer($0) }, lengths.map { UnsafePointer($0) },
            lengths.map { UnsafePointer($0 + count) })
        }
      }
    }
  }
}
