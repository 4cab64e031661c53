/// The arguments of one query, and their way into the shape that libpq reads.
///
/// They are kept until the answer is there, so that a read can be sent again. One or two numbers, which is what
/// the busiest queries have, need no array.
enum BoundValues: Sendable {
  case none
  case one(Int64)
  case two(Int64, Int64)
  case many([Value])

  /// Parallel arrays for libpq, good inside one call.
  struct Arrays {
    let count: Int32
    let types: UnsafePointer<UInt32>?
    let values: UnsafePointer<UnsafePointer<CChar>?>?
    let lengths: UnsafePointer<Int32>?
    let formats: UnsafePointer<Int32>?
  }

  func withArrays<Result>(_ body: (Arrays) -> Result) -> Result {
    switch self {
    case .none: body(Arrays(count: 0, types: nil, values: nil, lengths: nil, formats: nil))
    case .one(let first): Self.withArrays(of: first, 0, count: 1, body)
    case .two(let first, let second): Self.withArrays(of: first, second, count: 2, body)
    case .many(let values): Self.withArrays(of: values, body)
    }
  }

  private static func withArrays<Result>(
    of first: Int64, _ second: Int64, count: Int32, _ body: (Arrays) -> Result
  ) -> Result {
    var bytes = (first.bigEndian, second.bigEndian)
    var types = (Value.bigint, Value.bigint)
    var lengths: (Int32, Int32) = (8, 8)
    var formats: (Int32, Int32) = (1, 1)
    return withUnsafeBytes(of: &bytes) { bytes in
      let start = bytes.assumingMemoryBound(to: CChar.self).baseAddress
      var values = (start, start.map { $0 + 8 })
      return withElements(&values) { values in
        withElements(&types) { types in
          withElements(&lengths) { lengths in
            withElements(&formats) { formats in
              body(Arrays(count: count, types: types, values: values, lengths: lengths, formats: formats))
            }
          }
        }
      }
    }
  }

  private static func withArrays<Result>(of values: [Value], _ body: (Arrays) -> Result) -> Result {
    let count = values.count
    let total = values.reduce(0) { $0 + $1.byteCount }
    // At least one byte each: an empty text is not NULL, so it needs a pointer.
    return withUnsafeTemporaryAllocation(byteCount: total + 1, alignment: 8) { bytes in
      withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count + 1) { pointers in
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 3 * count + 1) { numbers in
          var offset = 0
          for (index, value) in values.enumerated() {
            let room = UnsafeMutableRawBufferPointer(rebasing: bytes[offset...])
            let length = value.write(to: room)
            pointers.initializeElement(
              at: index,
              to: value.isNull ? nil : UnsafePointer(room.baseAddress?.assumingMemoryBound(to: CChar.self)))
            numbers.initializeElement(at: index, to: value.type)
            numbers.initializeElement(at: count + index, to: UInt32(truncatingIfNeeded: length))
            numbers.initializeElement(at: 2 * count + index, to: 1)
            offset += length
          }
          let types = numbers.baseAddress.map { UnsafePointer($0) }
          // SAFETY: lengths and formats are small positive numbers, the same bits signed or not.
          let rest = UnsafeRawPointer(types)?.assumingMemoryBound(to: Int32.self)
          return body(
            Arrays(
              count: Int32(count), types: types, values: pointers.baseAddress.map { UnsafePointer($0) },
              lengths: rest.map { $0 + count }, formats: rest.map { $0 + 2 * count }))
        }
      }
    }
  }

  /// A pair of equal types lies in memory as an array of two.
  private static func withElements<Element, Result>(
    _ pair: inout (Element, Element), _ body: (UnsafePointer<Element>?) -> Result
  ) -> Result {
    withUnsafeBytes(of: &pair) { body($0.assumingMemoryBound(to: Element.self).baseAddress) }
  }
}

extension Value {
  /// The binary form of a `bigint[]` without nulls: dimensions, whether there are nulls, type; then of the one dimension
  /// length and first index; then each element behind its length. All in big-endian words; source: `array_recv`.
  static func arrayOfBigints(_ numbers: some Collection<Int64>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20 + 12 * numbers.count)
    func append(_ word: UInt32) { withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) } }
    for word in [1, 0, bigint, UInt32(numbers.count), 1] { append(word) }
    for number in numbers {
      append(8)
      withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  static let bigint: UInt32 = 20
  private static let boolean: UInt32 = 16
  private static let integer: UInt32 = 23
  private static let string: UInt32 = 25

  /// PostgreSQL's number for the type; 0 leaves it to the query.
  fileprivate var type: UInt32 {
    switch self {
    case .null, .bytes: 0
    case .int8: Self.bigint
    case .int4: Self.integer
    case .bool: Self.boolean
    case .text: Self.string
    }
  }

  fileprivate var isNull: Bool { if case .null = self { true } else { false } }

  fileprivate var byteCount: Int {
    switch self {
    case .null: 0
    case .int8: 8
    case .int4: 4
    case .bool: 1
    case .text(let text): text.utf8.count
    case .bytes(let bytes): bytes.count
    }
  }

  /// Writes the binary form to the front of `room`, which holds ``byteCount`` bytes at least.
  fileprivate func write(to room: UnsafeMutableRawBufferPointer) -> Int {
    switch self {
    case .null: return 0
    case .int8(let number): room.storeBytes(of: number.bigEndian, as: Int64.self)
    case .int4(let number): room.storeBytes(of: number.bigEndian, as: Int32.self)
    case .bool(let flag): room.storeBytes(of: flag ? 1 : 0, as: UInt8.self)
    case .text(var text): text.withUTF8 { room.copyMemory(from: UnsafeRawBufferPointer($0)) }
    case .bytes(let bytes): bytes.withUnsafeBytes { room.copyMemory(from: $0) }
    }
    return byteCount
  }
}
