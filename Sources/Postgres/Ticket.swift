/// One query between its caller and its answer.
final class Ticket {
  /// What the query does to the data, which decides with whom it may share a transaction.
  enum Kind {
    /// Changes nothing: shares a sync with the other reads of its turn, and may be sent again.
    case read
    /// Has a sync, and so a transaction, of its own and is never sent twice.
    case write
  }

  enum Text {
    case prepared(PreparedStatement)
    case plain(String)
  }

  let text: Text
  let values: BoundValues
  let kind: Kind
  /// The loop's time when the query was handed in, in milliseconds.
  let sentAt: UInt64
  /// The plan that it was last sent with, see ``PlanCache``.
  var plan: UInt32 = 0
  /// How often it was sent again because its plan had gone stale.
  var renewals: UInt8 = 0
  private var continuation: UnsafeContinuation<Rows, any Error>?

  /// A query; without a continuation nobody waits for the answer.
  init(
    _ text: Text, _ values: BoundValues, _ kind: Kind, sentAt: UInt64,
    _ continuation: UnsafeContinuation<Rows, any Error>? = nil
  ) {
    self.text = text
    self.values = values
    self.kind = kind
    self.sentAt = sentAt
    self.continuation = continuation
  }

  var isSettled: Bool { continuation == nil }

  /// The first answer counts; a late one is ignored.
  func settle(_ result: Result<Rows, PostgresError>) {
    guard let waiting = continuation else { return }
    continuation = nil
    switch result {
    case .success(let rows): waiting.resume(returning: rows)
    case .failure(let error): waiting.resume(throwing: error)
    }
  }
}
