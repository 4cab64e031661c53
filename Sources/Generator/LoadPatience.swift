import Postgres

/// How long a load waits for others. All in milliseconds.
struct LoadPatience: Sendable {
  /// For a database that went away: so long may a load go without one chunk.
  var outage: UInt64 = 120_000
  /// For another generator, or for what a killed one has left in PostgreSQL, which ends within a second or two.
  var lock: UInt64 = 10_000
  /// For the table, in one attempt: queries behind the attempt wait as long.
  var tableLock: UInt64 = 1000
  /// Attempts to get the table.
  var tableAttempts = 30
  /// Between two attempts.
  var tablePause: UInt64 = 500
}

/// An outage of the database from its first failure to the next chunk, as a value.
struct Outage: Sendable {
  private let limit: UInt64
  private var began: UInt64?
  private var failures: UInt64 = 0

  init(limit: UInt64) { self.limit = limit }

  /// True from the first failure on.
  var isOn: Bool { began != nil }

  /// A chunk was finished.
  mutating func end() {
    began = nil
    failures = 0
  }

  /// Something failed at `now`; gives the milliseconds to wait before the next attempt, nil to give up.
  mutating func failed(now: UInt64) -> UInt64? {
    let began = self.began ?? now
    self.began = began
    // 0.1 s, 0.2 s, … 2 s: a PostgreSQL that was restarted is back within a second or two.
    let pause: UInt64 = min(100 << min(failures, 5), 2000)
    failures += 1
    return now - began + pause <= limit ? pause : nil
  }
}

extension PostgresError {
  /// True if the same may well succeed in a moment, without anybody's help.
  var passes: Bool {
    switch self {
    case .connectionLost, .cannotConnect, .timedOut, .unavailable: true
    case .server(let message):
      message.state.isOf(.connectionException, .transactionRollback) || message.state.isShutdown
        || message.state == .tooManyConnections
    case .overloaded, .closed, .unexpected: false
    }
  }

  /// True if the same would fail again: the rows are refused, or the tables are not what they should be.
  var isFinal: Bool {
    state?.isOf(.dataException, .integrityConstraintViolation, .syntaxErrorOrAccessRuleViolation) == true
  }
}
