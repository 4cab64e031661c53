import Bytes
import Postgres

/// Why the database cannot be had, for those who may not see the log: without names, addresses or SQL.
enum DatabaseTrouble {
  /// libpq gives no SQLSTATE for an attempt to connect that failed, only PostgreSQL's words. In another language than
  /// English they are not understood, and the general reason holds.
  static func reason(for error: PostgresError) -> StaticString {
    let text = "\(error)"
    for (words, reason) in known where text.holds(words) { return reason }
    switch error {
    case .timedOut: return "it does not answer"
    case .connectionLost: return "the connection broke"
    default: return "the log says why"
    }
  }

  private static let known: [(words: StaticString, reason: StaticString)] = [
    ("starting up", "it is starting up"),
    ("not yet accepting connections", "it is starting up"),
    ("in recovery mode", "it recovers from a crash"),
    ("not accepting connections", "it accepts no connections"),
    ("shutting down", "it is shutting down"),
    ("administrator command", "it is shutting down"),
    ("too many clients", "it has no connection left"),
    ("too many connections", "it has no connection left"),
    ("remaining connection slots", "it has no connection left"),
    ("Connection refused", "nobody listens there"),
    ("No such file or directory", "nobody listens there"),
    ("authentication failed", "it does not accept the user or the password"),
    ("no password supplied", "it does not accept the user or the password"),
    ("does not exist", "the database or the user does not exist"),
    ("time limit", "it does not answer"),
  ]
}
