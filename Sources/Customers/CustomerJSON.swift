public import Bytes

/// The JSON form of a customer: one object with all nineteen columns in the order of the table.
///
/// Cells come in PostgreSQL's binary form (big-endian), as a query for ``Column/selectList`` gives them.
public struct CustomerJSON: Sendable {
  /// `{"customer_id":`, `,"first_name":"`, …: one for each column, 32 bytes apart, so that each is copied by two
  /// stores of fixed size. Keys of texts and times have the quote that begins their value.
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
      let form: Form =
        switch column.kind {
        case .integer: .integer
        case .text: .text
        case .date: .date
        case .timestamp: .timestamp
        }
      let begin = column == .customerID ? "{" : ","
      let key = Array("\(begin)\"\(column.name)\":\(form == .integer ? "" : "\"")".utf8)
      precondition(key.count <= Self.keyStride)
      keys += key + Array(repeating: 0, count: Self.keyStride - key.count)
      return Entry(keyLength: key.count, form: form)
    }
    self.keys = keys
    // The longest value but a text is a time with its quote; the brace at the end is one more.
    roomWithoutTexts = columns.reduce(1) { $0 + $1.keyLength + 24 } + RawWriter.slack
  }

  /// Adds one customer. `cell` gives the bytes of a column by its place, nil for NULL; it is asked twice.
  @inlinable @inline(__always)
  public func append(to buffer: inout ByteBuffer, _ cell: (Int) -> UnsafeRawBufferPointer?) {
    keys.withUnsafeBytes { keys in
      columns.withUnsafeBufferPointer { columns in
        var room = roomWithoutTexts
        for index in 0..<columns.count { room &+= (cell(index)?.count ?? 0) &* 6 }
        buffer.appendUnsafe(room: room) { target in
          guard let start = target.baseAddress, var key = keys.baseAddress else { return 0 }
          var writer = RawWriter(start)
          for index in 0..<columns.count {
            writer.write(atMost32: key, count: columns[index].keyLength)
            if let bytes = cell(index) {
              Self.write(bytes, columns[index].form, to: &writer)
            } else {
              if columns[index].form != .integer { writer.position -= 1 }
              writer.writeNull()
            }
            key += Self.keyStride
          }
          writer.write(UInt8(ascii: "}"))
          return writer.position - start
        }
      }
    }
  }

  /// Adds a value behind its key.
  @inlinable @inline(__always)
  static func write(_ bytes: UnsafeRawBufferPointer, _ form: Form, to writer: inout RawWriter) {
    switch form {
    case .text: writer.write(jsonText: bytes)
    case .integer: return writer.write(decimal: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
    case .date: writer.write(postgresDate: Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
    case .timestamp: writer.write(postgresTimestamp: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
    }
    writer.write(UInt8(ascii: "\""))
  }
}
