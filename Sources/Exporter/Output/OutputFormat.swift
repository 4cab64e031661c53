import Bytes
import JSON

/// What a file of rows looks like. A new kind of output is one more type that does this.
protocol OutputFormat: Sendable {
  associatedtype Scanner: RowScanner

  /// Everything that decides about the bytes, in a few words without blanks: an unfinished file is only gone on
  /// with by a run that would write the same.
  var signature: String { get }

  /// What stands before the first row.
  func appendHeader(to buffer: inout ByteBuffer)

  /// One row, whole, with what ends it.
  /// - Parameter cells: the columns, in table order.
  func append(row cells: UnsafePointer<Cell>, to buffer: inout ByteBuffer)

  /// A reader that finds the whole rows behind those that are known.
  func makeScanner(from progress: ExportProgress) -> Scanner
}

/// Finds whole rows in a file that may end anywhere.
protocol RowScanner {
  /// Reads on. The bytes follow those of the call before. False when there is something that this format does not
  /// write, so that nothing behind it counts.
  mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Bool

  /// What is known, and the whole rows that were found behind it.
  var progress: ExportProgress { get }
}
