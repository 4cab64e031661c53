import Bytes
import JSON

/// What a row looks like as text. A new kind of text is one more type that does this.
protocol OutputFormat: Sendable {
  /// What stands before the first row.
  func appendHeader(to buffer: inout ByteBuffer)

  /// One row, whole, with what ends it.
  /// - Parameter cells: the columns, in table order.
  func append(row cells: UnsafePointer<Cell>, to buffer: inout ByteBuffer)

  /// How long the row is that `bytes` begin with, its end included; nil if it is not whole.
  func lengthOfRow(in bytes: UnsafeRawBufferPointer) -> Int?

  /// Finds the values of a whole row; false if this format would not have written it so.
  func find(_ values: borrowing RowValues, in row: UnsafeRawBufferPointer) -> Bool

  /// Whether a value that was found says that there is none.
  func isNull(_ value: UnsafeRawBufferPointer) -> Bool
}

extension OutputFormat {
  /// What stands before the first row.
  var header: [UInt8] {
    var header = ByteBuffer()
    appendHeader(to: &header)
    return header.withBytes { Array($0) }
  }
}
