import HTTP
import Postgres

/// Counts that somebody insists on, however long they take.
enum ExactCount {
  /// Gives what `count` gives, or says why there is none.
  static func insisted<Count>(_ count: () async throws -> Count) async throws -> Count {
    do {
      return try await count()
    } catch let error as PostgresError where error.isOutOfTime {
      throw Problem.unavailable(
        "to count all rows takes longer than this server lets a statement take; ask without Prefer: count=exact",
        retryAfter: Int(TableCount.pause / 1000))
    }
  }
}

extension PostgresError {
  /// True if PostgreSQL has ended the statement since it took too long.
  var isOutOfTime: Bool {
    if case .server(let message) = self { message.state == "57014" } else { false }
  }
}
