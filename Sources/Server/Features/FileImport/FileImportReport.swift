import Intake

/// What an import has done so far. A value, of bounded size.
struct FileImportReport: Equatable, Sendable {
  /// Rows that are told one by one; of the others there is a count.
  static let mostErrors = 100
  /// An import of all or nothing that has so many bad rows looks no further.
  static let mostBeforeGivingUp = 1000

  /// Rows of the file, good and bad.
  var read = 0
  /// Rows that are in the table now.
  var inserted = 0
  /// Rows that are not taken for what is in them.
  private(set) var rejected = 0
  /// Of those, rows that have an id which is taken.
  private(set) var clashes = 0
  /// The first of them, by their lines.
  private(set) var errors: [RowFault] = []
  /// The rest of the file was not looked at, since there was so much that is bad.
  var isGivenUp = false
  /// Why the file could not be read to its end.
  private(set) var failure: RowFault?

  /// Rejected rows that ``errors`` does not tell.
  var unlisted: Int { max(0, rejected - errors.count) }

  mutating func reject(_ fault: RowFault) {
    rejected += 1
    if errors.count < Self.mostErrors { errors.append(fault) }
  }

  /// Takes in rows whose ids are taken: how many, and the first of them by their lines.
  mutating func add(_ found: Clashes) {
    rejected += found.count
    clashes += found.count
    errors = Array((errors + found.first).sorted { $0.line < $1.line }.prefix(Self.mostErrors))
  }

  mutating func fail(_ fault: RowFault) { failure = fault }
}

/// Rows whose ids cannot be given to them.
struct Clashes: Error, Equatable, Sendable {
  var count = 0
  /// The first of each kind, by their lines.
  var first: [RowFault] = []
}

/// What the ids of a file are, as far as it gives any.
struct GivenIDs: Equatable, Sendable {
  private(set) var count = 0
  private(set) var lowest = Int64.max
  private(set) var highest: Int64 = 0
  /// Each is above the one before it, so that none is there twice.
  private(set) var isAscending = true

  mutating func note(_ id: Int64) {
    if id <= highest { isAscending = false }
    count += 1
    lowest = min(lowest, id)
    highest = max(highest, id)
  }
}
