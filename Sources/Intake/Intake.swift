import Bytes
public import Customers

/// Takes customers out of a file that comes in pieces, cut anywhere. A value: no I/O, and no memory beyond one row and
/// one piece.
///
///     intake.take(piece)
///     while case let step = try intake.next(), step != .more { … }
///     intake.finish()
///     …
public struct Intake: ~Copyable {
  /// What a file is written in.
  public enum Format: Sendable, CaseIterable {
    /// CSV (RFC 4180): a line of column names, then a row each.
    case csv
    /// A JSON object a line.
    case ndjson
  }

  /// What comes next in the file.
  public enum Step: Equatable, Sendable {
    /// A row that can be taken; it is in ``Intake/row`` until the next call.
    case row(line: Int)
    /// A row that cannot.
    case fault(RowFault)
    /// Nothing before the next piece.
    case more
    /// Nothing any more.
    case end
  }

  /// No row may be longer, in bytes. All texts at their limits are a third of it.
  public static let longestRow = 512 * 1024

  /// The cells of the row that ``next()`` has found.
  public let row = CustomerRow()
  let format: Format
  var input = ByteBuffer(capacity: 64 * 1024)
  /// Bytes at the front of `input` that are the row that was found last.
  var used = 0
  /// The line on which the next row begins.
  var line = 1
  var isFinished = false
  /// The first bytes of the file have been looked at.
  var hasBegun = false

  var csv = CSVScan()
  /// The columns that the header names, in its order; none before it was read.
  var header: [Column] = []
  var objects = ObjectLines()

  /// The beginning of a file.
  public init(_ format: Format) {
    self.format = format
  }

  /// Takes in the next bytes of the file.
  public mutating func take(_ piece: UnsafeRawBufferPointer) {
    dropUsed()
    input.append(piece)
    // Words are read at once, beyond the end too.
    input.reserve(Self.slack)
  }

  /// Takes in that there are no more.
  public mutating func finish() {
    isFinished = true
  }

  /// Goes to the next row. What ``row`` points to is good until then.
  public mutating func next() throws(IntakeFailure) -> Step {
    dropUsed()
    if !hasBegun, try !begin() { return .more }
    switch format {
    case .csv: return try nextRecord()
    case .ndjson: return try nextObject()
    }
  }

  /// Bytes that may be read behind those of a file.
  static let slack = 64

  private mutating func dropUsed() {
    input.removeFirst(used)
    used = 0
  }

  /// Looks at the first bytes; false while there are too few of them.
  private mutating func begin() throws(IntakeFailure) -> Bool {
    guard input.count >= 3 || isFinished else { return false }
    hasBegun = true
    let mark = input.withBytes { bytes in
      ByteOrderMark.allCases.first { bytes.starts(with: $0.bytes) }
    }
    switch mark {
    case .utf8: input.removeFirst(3)
    case .utf16Little, .utf16Big:
      throw IntakeFailure(line: 1, "the file is UTF-16; save it as UTF-8")
    case nil: break
    }
    return true
  }

  func tooLong() -> IntakeFailure {
    IntakeFailure(
      line: line,
      "the row that begins here is longer than \(Self.longestRow / 1024) KiB; is a quote never closed?")
  }
}

private enum ByteOrderMark: CaseIterable {
  case utf8, utf16Little, utf16Big

  var bytes: [UInt8] {
    switch self {
    case .utf8: [0xEF, 0xBB, 0xBF]
    case .utf16Little: [0xFF, 0xFE]
    case .utf16Big: [0xFE, 0xFF]
    }
  }
}
