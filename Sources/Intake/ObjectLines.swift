import Customers
import Glibc
import JSON

/// Rows of NDJSON: an object a line, with some of the columns. What it does not name is null.
struct ObjectLines: ~Copyable {
  fileprivate var reader = ObjectReader(columns: Column.allCases.map(\.name))
  /// Bytes at the front of the input that hold no line end.
  fileprivate var searched = 0

  fileprivate mutating func lengthOfLine(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let start = bytes.baseAddress, bytes.count > searched,
      let found = memchr(start + searched, Int32(UInt8(ascii: "\n")), bytes.count - searched)
    else {
      searched = bytes.count
      return nil
    }
    searched = 0
    return UnsafeRawPointer(found) - start + 1
  }

  fileprivate mutating func cells(
    _ line: UnsafeMutableRawBufferPointer
  ) throws(CellProblem) -> UnsafePointer<Cell> {
    do {
      return try reader.read(line)
    } catch {
      throw CellProblem(error.description, column: error.column.map { excerpt($0) })
    }
  }
}

extension Intake {
  mutating func nextObject() throws(IntakeFailure) -> Step {
    while let length = try findLine() {
      used = length
      let first = line
      line += 1
      if !isBlankLine { return readObject(first) }
      input.removeFirst(used)
      used = 0
    }
    return isFinished ? .end : .more
  }

  /// The length of the next line with its end; nil if it is not here, or if there is none.
  private mutating func findLine() throws(IntakeFailure) -> Int? {
    let found = input.withBytes { objects.lengthOfLine($0) }
    if (found ?? input.count) > Self.longestRow { throw tooLong() }
    if let found { return found }
    guard isFinished, !input.isEmpty else { return nil }
    objects.searched = 0
    return input.count
  }

  private var isBlankLine: Bool {
    input.withBytes { bytes in
      bytes.prefix(used).allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    }
  }

  private mutating func readObject(_ line: Int) -> Step {
    do {
      let length = used
      let cells = try input.withMutableBytes { bytes throws(CellProblem) in
        try objects.cells(UnsafeMutableRawBufferPointer(rebasing: bytes[..<length]))
      }
      for column in Column.allCases {
        row[column] = try Self.value(of: column, cells[column.rawValue])
      }
      return .row(line: line)
    } catch {
      return .fault(RowFault(line: line, column: error.column, reason: error.reason))
    }
  }

  private static func value(of column: Column, _ cell: Cell) throws(CellProblem) -> CustomerValue {
    let text = cell.bytes
    let wanted: StaticString
    switch (cell.kind, column.kind) {
    case (.null, _): return .null
    case (.number, .integer): return try CellReader.value(of: column, text, isPlain: true)
    case (_, .integer): wanted = "a whole number"
    case (.string, _):
      return text.isEmpty ? .null : try CellReader.value(of: column, text, isPlain: isPlainText(text))
    case (_, _): wanted = "a string"
    }
    let given =
      switch cell.kind {
      case .string: "a string"
      case .number: "a number"
      case .bool, .null: String(decoding: text, as: UTF8.self)
      }
    throw CellProblem("\(given) stands here; give \(wanted) or null", column: "\(column.name)")
  }
}
