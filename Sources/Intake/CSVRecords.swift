import Customers
import Glibc

/// Rows of CSV.
extension Intake {
  mutating func nextRecord() throws(IntakeFailure) -> Step {
    while true {
      guard let length = try findRecord() else { return isFinished ? try endOfRecords() : .more }
      used = length
      let first = line
      line += lines(length)
      defer { csv.begin() }
      if header.isEmpty {
        if isBlank { throw IntakeFailure(line: first, Self.noHeader) }
        try readHeader(first)
      } else if !isBlank {
        return readRecord(first)
      }
      input.removeFirst(used)
      used = 0
    }
  }

  private mutating func endOfRecords() throws(IntakeFailure) -> Step {
    if header.isEmpty { throw IntakeFailure(line: line, Self.noHeader) }
    return .end
  }

  private static let noHeader =
    "there is no header; the first line must name the columns, such as customer_id,first_name,last_name"

  /// The length of the next record; nil if it is not here, or if there is none.
  private mutating func findRecord() throws(IntakeFailure) -> Int? {
    let found = input.withBytes { csv.scan($0) }
    if (found ?? input.count) > Self.longestRow { throw tooLong() }
    if let found { return found }
    guard isFinished, !input.isEmpty else { return nil }
    guard input.withBytes({ csv.finish($0) }) else {
      throw IntakeFailure(line: line, "the file ends inside of quotes that the row which begins here opens")
    }
    return input.count
  }

  /// Lines that the record stands on.
  private func lines(_ length: Int) -> Int {
    guard csv.hasQuotes else { return 1 }
    return input.withBytes { bytes in
      var count = 0
      for byte in bytes.prefix(length) where byte == UInt8(ascii: "\n") { count += 1 }
      return max(count, 1)
    }
  }

  /// An empty line, which some programs leave at the end.
  private var isBlank: Bool {
    csv.fieldCount == 1 && csv.fields[0].end == csv.fields[0].start && csv.problem == nil
  }

  // MARK: The header

  private mutating func readHeader(_ line: Int) throws(IntakeFailure) {
    if let problem = csv.problem { throw IntakeFailure(line: line, "\(problem)") }
    for index in csv.fields.indices {
      let name = fieldText(index).map { String(decoding: $0, as: UTF8.self) } ?? ""
      guard let column = Column.allCases.first(where: { "\($0.name)" == name }) else {
        throw IntakeFailure(line: line, column: excerpt(name), Self.unknownColumn(name))
      }
      if header.contains(column) {
        throw IntakeFailure(line: line, column: name, "the header names this column twice")
      }
      header.append(column)
    }
  }

  private static func unknownColumn(_ name: String) -> String {
    if name.isEmpty { return "the header has a column without a name; \(knownColumns)" }
    if let separator = [";", "\t"].first(where: { name.contains($0) }) {
      let seen = separator == ";" ? "semicolons" : "tabs"
      return "fields must be separated by commas; here they seem to be by \(seen)"
    }
    return "there is no such column; \(knownColumns)"
  }

  private static let knownColumns = "the columns are \(Column.selectList)"

  // MARK: Rows

  private mutating func readRecord(_ line: Int) -> Step {
    do {
      try fillRow()
      return .row(line: line)
    } catch {
      return .fault(RowFault(line: line, column: error.column, reason: error.reason))
    }
  }

  private mutating func fillRow() throws(CellProblem) {
    if let problem = csv.problem { throw CellProblem("\(problem)") }
    guard csv.fieldCount == header.count else {
      throw CellProblem(
        "the row has \(csv.fieldCount) field\(csv.fieldCount == 1 ? "" : "s"), the header names \(header.count)"
      )
    }
    let isPlain = input.withBytes { isPlainText(UnsafeRawBufferPointer(rebasing: $0[..<used])) }
    for index in 0..<header.count {
      let column = header[index]
      guard let text = fieldText(index), !text.isEmpty else {
        row[column] = .null
        continue
      }
      row[column] = try CellReader.value(of: column, text, isPlain: isPlain)
    }
  }

  /// The text of a field, without quotes; it lies in the input.
  private mutating func fieldText(_ index: Int) -> UnsafeRawBufferPointer? {
    let field = csv.fields[index]
    return input.withMutableBytes { bytes in
      guard field.isQuoted else {
        return UnsafeRawBufferPointer(rebasing: bytes[field.start..<field.end])
      }
      let inside = UnsafeMutableRawBufferPointer(rebasing: bytes[(field.start + 1)..<(field.end - 1)])
      return UnsafeRawBufferPointer(rebasing: field.hasDoubledQuotes ? Self.undoubled(inside) : inside[...])
    }
  }

  /// Takes out of each two quotes one, where they lie.
  private static func undoubled(_ text: UnsafeMutableRawBufferPointer) -> Slice<UnsafeMutableRawBufferPointer>
  {
    var end = 0
    var isSecond = false
    for byte in text {
      isSecond = byte == UInt8(ascii: "\"") && !isSecond
      if isSecond || byte != UInt8(ascii: "\"") {
        text[end] = byte
        end += 1
      }
    }
    return text[..<end]
  }
}
