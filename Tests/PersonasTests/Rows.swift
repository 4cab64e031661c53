import Customers
import Personas

/// A row as texts, nil for null; dates and times as numbers.
struct ReadRow: Equatable {
  var cells: [String?]

  init(_ row: borrowing CustomerRow) {
    cells = []
    for column in Column.allCases {
      switch row[column] {
      case .null: cells.append(nil)
      case .integer(let value): cells.append("\(value)")
      case .text(let value): cells.append(String(decoding: value, as: UTF8.self))
      case .date(let value): cells.append("\(value)")
      case .timestamp(let value): cells.append("\(value)")
      }
    }
  }

  subscript(column: Column) -> String? { cells[column.rawValue] }
  /// A cell that is never null.
  func text(_ column: Column) -> String { cells[column.rawValue] ?? "" }
}

/// Calls `body` with every row of `ids`.
func forEachRow(_ ids: some Sequence<Int64>, seed: UInt64 = 1, _ body: (ReadRow) throws -> Void) rethrows {
  var source = PersonaSource(seed: seed)
  for id in ids {
    let row = source.withRow(id) { row in ReadRow(row) }
    try body(row)
  }
}
