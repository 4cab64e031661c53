import Bytes
import Customers
import Glibc
import JSON

/// CSV as PostgreSQL's `COPY … TO STDOUT (FORMAT csv, HEADER)` writes it.
struct CSVFormat: OutputFormat, Equatable {
  /// What ends a line. Line ends inside a field stay as they are.
  enum LineEnd: String, CaseIterable, Sendable {
    case lf, crlf
  }

  var lineEnd = LineEnd.lf
  /// Begin with U+FEFF, which some spreadsheets need to see UTF-8.
  var byteOrderMark = false

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
    // The others are texts or null: the converter takes nothing else.
    for column in 1..<Column.count {
      buffer.append(UInt8(ascii: ","))
      if cells[column].kind != .null { buffer.append(csvField: cells[column].bytes) }
    }
    appendLineEnd(to: &buffer)
  }

  @inline(__always)
  private func appendLineEnd(to buffer: inout ByteBuffer) {
    if lineEnd == .crlf { buffer.append(UInt8(ascii: "\r")) }
    buffer.append(UInt8(ascii: "\n"))
  }

  // MARK: Reading back

  /// A line end inside quotes does not end a row.
  func lengthOfRow(in bytes: UnsafeRawBufferPointer) -> Int? {
    guard let start = bytes.baseAddress else { return nil }
    var position = start
    var inQuotes = false
    while let found = memchr(position, 0x0A, bytes.count - (position - start)) {
      let lineEnd = UnsafeRawPointer(found)
      while let quote = memchr(position, 0x22, lineEnd - position) {
        inQuotes.toggle()
        position = UnsafeRawPointer(quote) + 1
      }
      position = lineEnd + 1
      if !inQuotes { return position - start }
    }
    return nil
  }

  func find(_ values: borrowing RowValues, in row: UnsafeRawBufferPointer) -> Bool {
    guard let start = row.baseAddress, row.count > 2 else { return false }
    let end = start + row.count - (lineEnd == .crlf ? 2 : 1)
    if lineEnd == .crlf, end.load(as: UInt8.self) != UInt8(ascii: "\r") { return false }
    var position = start
    for column in 0..<Column.count {
      guard let stop = endOfField(position, end) else { return false }
      values[column] = UnsafeRawBufferPointer(start: position, count: stop - position)
      let isLast = column == Column.count - 1
      guard isLast ? stop == end : stop < end && stop.load(as: UInt8.self) == UInt8(ascii: ",") else {
        return false
      }
      position = stop + 1
    }
    return true
  }

  /// Where the field ends that begins at `start`; nil if it is not written as it should be.
  private func endOfField(_ start: UnsafeRawPointer, _ end: UnsafeRawPointer) -> UnsafeRawPointer? {
    guard start < end, start.load(as: UInt8.self) == UInt8(ascii: "\"") else {
      let stop = memchr(start, 0x2C, end - start).map { UnsafeRawPointer($0) } ?? end
      let field = UnsafeRawBufferPointer(start: start, count: stop - start)
      return field.isEmpty || !csvNeedsQuotes(field) ? stop : nil
    }
    var position = start + 1
    while let found = memchr(position, 0x22, end - position) {
      position = UnsafeRawPointer(found) + 1
      // Two quotes are one inside the field.
      guard position < end, position.load(as: UInt8.self) == UInt8(ascii: "\"") else { return position }
      position += 1
    }
    return nil
  }

  func isNull(_ value: UnsafeRawBufferPointer) -> Bool { value.isEmpty }
}
