public import Bytes

/// The JSON form of a customer: one object with all nineteen columns in the order of the table.
///
/// Cells come in PostgreSQL's binary form (big-endian), as a query for ``Column/selectList`` gives them.
public struct CustomerJSON: Sendable {
  /// `{"customer_id":`, `,"first_name":`, …: one for each column, 32 bytes apart, so that each is copied by two
  /// stores of fixed size.
  @usableFromInline let keys: [UInt8]
  @usableFromInline let columns: [Entry]
  /// Bytes of an object whose texts are all empty.
  @usableFromInline let roomWithoutTexts: Int

  @usableFromInline struct Entry: Sendable {
    @usableFromInline let keyLength: Int
    @usableFromInline let form: Form
  }

  @usableFromInline enum Form: Sendable {
    case integer, text, date, timestamp
  }

  @usableFromInline static var keyStride: Int { 32 }

  /// Prepares the keys; make one and keep it.
  public init() {
    var keys: [UInt8] = []
    columns = Column.allCases.map { column in
      let key = Array("\(column == .customerID ? "{" : ",")\"\(column.name)\":".utf8)
      precondition(key.count <= Self.keyStride)
      keys += key + Array(repeating: 0, count: Self.keyStride - key.count)
      let form: Form =
        switch column.kind {
        case .integer: .integer
        case .text: .text
        case .date: .date
        case .timestamp: .timestamp
        }
      return Entry(keyLength: key.count, form: form)
    }
    self.keys = keys
    // The longest value but a text is a time with its quotes; the brace at the end is one more.
    roomWithoutTexts = columns.reduce(1) { $0 + $1.keyLength + 25 } + RawWriter.slack
  }

  /// Adds one customer. `cell` gives the bytes of a column by its place, nil for NULL.
  @inlinable
  public func append(to buffer: inout ByteBuffer, _ cell: (Int) -> UnsafeRawBufferPointer?) {
    let count = columns.count
    withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: count) { cells in
      var room = roomWithoutTexts
      for index in 0..<count {
        let bytes = cell(index) ?? UnsafeRawBufferPointer(start: nil, count: 0)
        cells.initializeElement(at: index, to: bytes)
        room &+= bytes.count &* 6
      }
      buffer.appendUnsafe(room: room) { target in
        guard let start = target.baseAddress else { return 0 }
        var writer = RawWriter(start)
        for index in 0..<count { write(index, cells[index], to: &writer) }
        writer.write(UInt8(ascii: "}"))
        return writer.position - start
      }
    }
  }

  /// Adds one key and its value; the value's memory is nil for NULL.
  @inlinable @inline(__always)
  func write(_ index: Int, _ bytes: UnsafeRawBufferPointer, to writer: inout RawWriter) {
    let column = columns[index]
    keys.withUnsafeBytes { keys in
      guard let keys = keys.baseAddress else { return }
      writer.write(atMost32: keys + index &* Self.keyStride, count: column.keyLength)
    }
    guard bytes.baseAddress != nil else { return writer.writeNull() }
    switch column.form {
    case .text: writer.write(jsonString: bytes)
    case .integer: writer.write(decimal: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
    case .date:
      writer.write(UInt8(ascii: "\""))
      writer.write(postgresDate: Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
      writer.write(UInt8(ascii: "\""))
    case .timestamp:
      writer.write(UInt8(ascii: "\""))
      writer.write(postgresTimestamp: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
      writer.write(UInt8(ascii: "\""))
    }
  }
}
