import Customers

@testable import Intake

/// What comes out of a file, as texts.
struct Read: Equatable {
  struct Row: Equatable {
    var line: Int
    /// The cells that are not null, by column.
    var cells: [String: String]
  }

  var rows: [Row] = []
  var faults: [RowFault] = []
  var failure: IntakeFailure?

  /// Reads `pieces` one after the other, each in memory of its own.
  init(_ format: Intake.Format, _ pieces: [[UInt8]]) {
    var intake = Intake(format)
    do throws(IntakeFailure) {
      for piece in pieces {
        piece.withUnsafeBytes { intake.take($0) }
        try step(&intake)
      }
      intake.finish()
      try step(&intake)
    } catch {
      failure = error
    }
  }

  init(_ format: Intake.Format, _ text: String) {
    self.init(format, [Array(text.utf8)])
  }

  private mutating func step(_ intake: inout Intake) throws(IntakeFailure) {
    while true {
      switch try intake.next() {
      case .row(let line): rows.append(Row(line: line, cells: Self.texts(intake.row)))
      case .fault(let fault): faults.append(fault)
      case .more, .end: return
      }
    }
  }

  private static func texts(_ row: borrowing CustomerRow) -> [String: String] {
    var texts: [String: String] = [:]
    for column in Column.allCases {
      switch row[column] {
      case .null: break
      case .integer(let value), .timestamp(let value): texts["\(column.name)"] = "\(value)"
      case .date(let value): texts["\(column.name)"] = "\(value)"
      case .text(let value): texts["\(column.name)"] = String(decoding: value, as: UTF8.self)
      }
    }
    return texts
  }

  /// The text of `column` in each row; nil where it is null.
  func column(_ name: String) -> [String?] { rows.map { $0.cells[name] } }

  var lines: [Int] { rows.map(\.line) }
}
