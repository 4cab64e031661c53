/// One import, as it is noticed.
struct FileImportRecord: Sendable {
  enum Outcome: String, Sendable {
    /// The rows that could be taken are in the table.
    case done
    /// Nothing is, for what the file holds.
    case rejected
    /// Nothing is, for another reason: the client or the database went away, or the server ends.
    case broken
  }

  var id: String
  var report: FileImportReport
  var outcome: Outcome
  /// Milliseconds.
  var duration: Int

  var fields: [(StaticString, Observation.Field)] {
    [
      ("request_id", .text(id)), ("outcome", .text(outcome.rawValue)), ("read", .number(report.read)),
      ("inserted", .number(report.inserted)), ("rejected", .number(report.rejected)),
      ("milliseconds", .number(duration)),
    ]
  }
}
