import HTTP
import Postgres

/// Answers to requests that carried an ``IdempotencyKey``, as they lie in the database.
struct KeptAnswers: Sendable {
  let writes: Writes
  /// Finds the answer by scope and key: digest, whether it is too old, status, and then the columns of the feature's
  /// own rows, made from `answer`.
  let find: PreparedStatement

  /// Says that an answer was given before.
  static let replayed = Header("Idempotency-Replayed", "true")

  /// The columns in front of the feature's own.
  static let leadingColumns = 3

  /// SQL of a statement ``find``; `columns` are names and types of the feature's own columns.
  static func find(_ columns: String) -> String {
    """
    SELECT encode(kept.request, 'hex'), kept.created_at < now() - interval '\(IdempotencyKey.hours) hours',
      kept.status::bigint, shown.*
    FROM idempotency_keys AS kept CROSS JOIN LATERAL jsonb_to_record(kept.answer) AS shown (\(columns))
    WHERE kept.scope = $1 AND kept.key = $2
    """
  }

  /// Parts of a `WITH` that keep the row of `table` under the values numbered `first` and up, and drop a few answers
  /// that are too old: more than come, so that none stay. Two requests with one key meet at the primary key, and all
  /// of the later one is undone.
  static func keep(_ table: String, customer: String, status: String, from first: Int) -> String {
    """
    kept AS (
      INSERT INTO idempotency_keys (scope, key, request, status, answer, customer_id)
      SELECT $\(first), $\(first + 1), decode($\(first + 2), 'hex'), \(status), to_jsonb(\(table)), \(customer)
      FROM \(table)),
    forgotten AS (
      DELETE FROM idempotency_keys WHERE (scope, key) IN (
        SELECT scope, key FROM idempotency_keys WHERE created_at < now() - interval '\(IdempotencyKey.hours) hours'
        ORDER BY created_at LIMIT 3 FOR UPDATE SKIP LOCKED))
    """
  }

  /// The row that was answered with before, if there is one; 409 if the key stood for another request.
  func answer(to key: IdempotencyKey) async throws -> (status: Status, row: Row)? {
    // Not a read: it must see what a write before it did, and take no place among reads.
    let rows = try await writes.run(find, [.text(key.scope), .text(key.key)])
    guard rows.count > 0 else { return nil }
    if rows.boolean(0, 1) == true {
      _ = try await writes.run(Self.forget, [.text(key.scope), .text(key.key)])
      return nil
    }
    guard rows.text(0, 0) == key.digest.hex else {
      throw Problem(
        .conflict, "Idempotency-Key: was used for another request; give each request its own",
        faults: [.init("Idempotency-Key", "was used for another request; give each request its own")])
    }
    return (rows.integer(0, 2) == 201 ? .created : .ok, rows[0])
  }

  private static let forget = PreparedStatement(
    "idempotency_forget",
    """
    DELETE FROM idempotency_keys
    WHERE scope = $1 AND key = $2 AND created_at < now() - interval '\(IdempotencyKey.hours) hours'
    """)

  /// Answers a request that may carry a key: with the row that was answered with before, or with the one that `make`
  /// makes, which keeps it under the key.
  func answer(
    _ key: IdempotencyKey?, _ make: (IdempotencyKey?) async throws -> (status: Status, row: Row)
  ) async throws -> (status: Status, row: Row, isReplay: Bool) {
    guard let key else {
      let made = try await make(nil)
      return (made.status, made.row, false)
    }
    var attempt = 1
    while true {
      if let kept = try await answer(to: key) { return (kept.status, kept.row, true) }
      do {
        let made = try await make(key)
        return (made.status, made.row, false)
      } catch let error as PostgresError where error.state == .uniqueViolation {
        // Whatever it met may have come of the same request, sent twice at once.
        if let kept = try await answer(to: key) { return (kept.status, kept.row, true) }
        guard attempt < 3, case .server(let message) = error, message.constraint == "idempotency_keys_pkey"
        else {
          throw error
        }
        attempt += 1
      }
    }
  }
}
