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
  private var receiver: Receiver

  /// Who gets the answer.
  enum Receiver {
    case nobody
    case task(UnsafeContinuation<Rows, any Error>)
    /// Called in the midst of taking answers, so it must not send a query itself.
    case call((Result<Rows, PostgresError>) -> Void)
  }

  /// A query.
  init(
    _ text: Text, _ values: BoundValues, _ kind: Kind, sentAt: UInt64, for receiver: Receiver = .nobody
  ) {
    self.text = text
    self.values = values
    self.kind = kind
    self.sentAt = sentAt
    self.receiver = receiver
  }

  var isSettled: Bool { if case .nobody = receiver { true } else { false } }

  /// The first answer counts; a late one is ignored.
  func settle(_ result: Result<Rows, PostgresError>) {
    let waiting = receiver
    receiver = .nobody
    switch (waiting, result) {
    case (.nobody, _): break
    case (.task(let continuation), .success(let rows)): continuation.resume(returning: rows)
    case (.task(let continuation), .failure(let error)): continuation.resume(throwing: error)
    case (.call(let body), _): body(result)
    }
  }
}
