/// Why one row is not taken. Those behind it may be.
public struct RowFault: Error, Equatable, Sendable {
  /// The line on which the row begins, from 1.
  public var line: Int
  /// The column that is wrong, if it is one.
  public var column: String?
  /// What is wrong, and what would be right.
  public var reason: String

  /// A fault of the row that begins on `line`.
  public init(line: Int, column: String? = nil, reason: String) {
    self.line = line
    self.column = column
    self.reason = reason
  }
}

/// Why nothing more can be made of a file: where its next row begins cannot be known, or what its columns are.
public struct IntakeFailure: Error, Equatable, Sendable {
  /// Where and what.
  public var fault: RowFault

  init(line: Int, column: String? = nil, _ reason: String) {
    fault = RowFault(line: line, column: column, reason: reason)
  }
}

/// What is wrong with a cell, or with a row as a whole.
struct CellProblem: Error {
  var column: String?
  let reason: String

  init(_ reason: String, column: String? = nil) {
    self.reason = reason
    self.column = column
  }
}
