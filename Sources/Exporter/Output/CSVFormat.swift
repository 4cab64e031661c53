import Bytes
import Customers
import JSON

/// CSV as PostgreSQL's `COPY … TO STDOUT (FORMAT csv, HEADER)` writes it.
struct CSVFormat: OutputFormat {
  /// What ends a line. Line ends inside a field stay as they are.
  enum LineEnd: String, CaseIterable, Sendable {
    case lf, crlf
  }

  var lineEnd = LineEnd.lf
  /// Begin with U+FEFF, which some spreadsheets need to see UTF-8.
  var byteOrderMark = false

  var signature: String { "csv,\(lineEnd.rawValue)\(byteOrderMark ? ",bom" : "")" }

  /// The header as it stands in the file, without its line end.
  static let columnNames = Column.allCases.map { "\($0.name)" }.joined(separator: ",")

  func appendHeader(to buffer: inout ByteBuffer) {
    if byteOrderMark { buffer.append("\u{FEFF}") }
    buffer.append(text: Self.columnNames)
    appendLineEnd(to: &buffer)
  }

  @inline(__always)
  func append(row cells: UnsafePointer<Cell>, to buffer: inout ByteBuffer) {
    buffer.append(cells[0].bytes)
    for column in 1..<Column.count {
      buffer.append(UInt8(ascii: ","))
      let cell = cells[column]
      switch cell.kind {
      case .null: break
      case .string: buffer.append(csvField: cell.bytes)
      case .number, .bool: buffer.append(cell.bytes)
      }
    }
    appendLineEnd(to: &buffer)
  }

  @inline(__always)
  private func appendLineEnd(to buffer: inout ByteBuffer) {
    if lineEnd == .crlf { buffer.append(UInt8(ascii: "\r")) }
    buffer.append(UInt8(ascii: "\n"))
  }

  func makeScanner(from progress: ExportProgress) -> CSVScanner {
    CSVScanner(self, columns: Column.count, from: progress)
  }
}

extension Column {
  /// How many columns there are.
  static let count = allCases.count
}
