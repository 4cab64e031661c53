import EventLoop
import TestSupport
import Testing

@testable import Postgres

/// A pool in a database of its own, with what it told.
struct LivePool: Sendable {
  let loop: Loop
  let pool: PostgresPool
  let database: TestDatabase
  let log: EventLog

  /// Runs `body` on a loop of its own with a started pool; closes it and proves that no handle is left.
  static func with(
    connections: Int = 2, _ limits: PostgresPool.Limits = .patient,
    _ body: @escaping @Sendable (LivePool) async throws -> Void
  ) async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await with(loop, database.settings, connections: connections, limits) { pool, log in
          try await body(LivePool(loop: loop, pool: pool, database: database, log: log))
        }
      }
    }
  }

  /// The same with a database that is there.
  static func with(
    _ loop: Loop, _ settings: ConnectionSettings, connections: Int = 2,
    _ limits: PostgresPool.Limits = .patient,
    _ body: (PostgresPool, EventLog) async throws -> Void
  ) async throws {
    var limits = limits
    limits.connections = connections
    let log = EventLog()
    let pool = PostgresPool(loop, settings, limits) { log.add($0) }
    await pool.start()
    do {
      try await body(pool, log)
    } catch {
      await pool.close()
      throw error
    }
    await pool.close()
  }
}

extension PostgresPool.Limits {
  /// The defaults, with time enough for a machine that has much else to do.
  static let patient = with {
    $0.statementTimeout = 60_000
    $0.silence = 60_000
  }

  /// The defaults with a change.
  static func with(_ change: (inout Self) -> Void) -> Self {
    var limits = Self()
    change(&limits)
    return limits
  }
}

/// What a pool told.
final class EventLog: Sendable {
  private let events = Locked<[PostgresPool.Event]>([])

  func add(_ event: PostgresPool.Event) { events.withLock { $0.append(event) } }

  var connections: Int {
    events.withLock { events in events.count { if case .connected = $0 { true } else { false } } }
  }
  var losses: [PostgresError] {
    events.withLock { events in events.compactMap { if case .lost(let error) = $0 { error } else { nil } } }
  }
  var failures: [PostgresError] {
    events.withLock { events in
      events.compactMap { if case .cannotConnect(let error) = $0 { error } else { nil } }
    }
  }
}

/// Waits until `condition` holds, looking every 5 ms; gives how many milliseconds it took, nil after `limit`.
func waitUntil(
  _ loop: Loop, within limit: UInt64 = 10_000, _ condition: () async throws -> Bool
) async throws -> UInt64? {
  let begin = loop.now
  while try await !condition() {
    if loop.now > begin + limit { return nil }
    try await loop.sleep(milliseconds: 5)
  }
  return loop.now - begin
}

/// The error that `body` throws, if it is one of ours.
func postgresError<Value>(_ body: () async throws -> Value) async -> PostgresError? {
  do {
    _ = try await body()
    return nil
  } catch {
    return error as? PostgresError
  }
}

/// Expects `value`. (Where the macro's argument has the only `try` of a closure, Swift 6.3 takes the closure for one
/// that does not throw.)
func expect<Value: Equatable>(
  _ value: Value, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation,
  _ found: () async throws -> Value
) async throws {
  let found = try await found()
  #expect(found == value, comment, sourceLocation: location)
}
