import Bytes

/// Single cells in PostgreSQL's binary form as JSON; NULL is `null`.
extension ByteBuffer {
  /// A `bigint`.
  mutating func append(integer cell: UnsafeRawBufferPointer?) {
    guard let cell else { return append("null") }
    append(decimal: Int64(bigEndian: cell.loadUnaligned(as: Int64.self)))
  }

  /// A text, in quotes. One that is empty is as good as none.
  mutating func append(text cell: UnsafeRawBufferPointer?) {
    guard let cell, !cell.isEmpty else { return append("null") }
    append(jsonString: cell)
  }

  /// A `date`, `YYYY-MM-DD`.
  mutating func append(date cell: UnsafeRawBufferPointer?) {
    guard let cell else { return append("null") }
    append("\"")
    append(postgresDate: Int32(bigEndian: cell.loadUnaligned(as: Int32.self)))
    append("\"")
  }

  /// A `timestamptz`, `YYYY-MM-DDTHH:MM:SS.mmmZ`.
  mutating func append(instant cell: UnsafeRawBufferPointer?) {
    guard let cell else { return append("null") }
    append("\"")
    append(postgresInstant: Int64(bigEndian: cell.loadUnaligned(as: Int64.self)))
    append("\"")
  }
}
