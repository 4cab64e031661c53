public import Bytes

/// The JSON form of a customer: one object with all nineteen columns in the order of the table.
///
/// Cells come in PostgreSQL's binary form (big-endian), as a query for ``Column/selectList`` gives them.
public struct CustomerJSON: Sendable {
  /// `{"customer_id":`, `,"first_name":`, …, one behind the other.
  @usableFromInline let keys: [UInt8]
  @usableFromInline let columns: [Entry]

  @usableFromInline struct Entry: Sendable {
    @usableFromInline let keyEnd: Int
    @usableFromInline let kind: ColumnKind
  }

  /// Prepares the keys; make one and keep it.
  public init() {
    var keys: [UInt8] = []
    columns = Column.allCases.map { column in
      keys += Array("\(column.rawValue == 0 ? "{" : ",")\"\(column.name)\":".utf8)
      return Entry(keyEnd: keys.count, kind: column.kind)
    }
    self.keys = keys
  }

  /// Adds one customer. `cell` gives the bytes of a column by its place, nil for NULL.
  @inlinable
  public func append(to buffer: inout ByteBuffer, _ cell: (Int) -> UnsafeRawBufferPointer?) {
    keys.withUnsafeBytes { keys in
      var keyStart = 0
      for index in columns.indices {
        let entry = columns[index]
        buffer.append(UnsafeRawBufferPointer(rebasing: keys[keyStart..<entry.keyEnd]))
        keyStart = entry.keyEnd
        guard let bytes = cell(index) else {
          buffer.append("null")
          continue
        }
        switch entry.kind {
        case .text: buffer.append(jsonString: bytes)
        case .integer:
          buffer.append(decimal: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
        case .date:
          buffer.append(UInt8(ascii: "\""))
          buffer.append(postgresDate: Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
          buffer.append(UInt8(ascii: "\""))
        case .timestamp:
          buffer.append(UInt8(ascii: "\""))
          buffer.append(postgresTimestamp: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
          buffer.append(UInt8(ascii: "\""))
        }
      }
    }
    buffer.append(UInt8(ascii: "}"))
  }
}
