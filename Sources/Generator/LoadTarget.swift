import EventLoop
import Postgres

/// The table that rows are loaded into, behind a session that holds the generators' lock.
///
/// There are two locks. The first is the generator's, from its start to its end. The second one all its jobs share: who
/// gets it for himself alone knows that no job of an earlier generator is left, killed ones included, whose last
/// commit PostgreSQL may still be at. Only then does the table say what is finished.
struct LoadTarget {
  private let loop: Loop
  private let session: PostgresSession
  private let patience: LoadPatience
  /// The keys of the locks: `generato`, in the bytes of a bigint, and one more. Migrations have another one.
  private static let generatorKey: Int64 = 0x6765_6E65_7261_746F
  private static let jobsKey: Int64 = 0x6765_6E65_7261_7470

  /// Takes the lock, or throws if another generator keeps it. It is given back when the session ends.
  init(
    _ loop: Loop, _ session: PostgresSession, _ patience: LoadPatience, onWait: () -> Void = {}
  ) async throws {
    self.loop = loop
    self.session = session
    self.patience = patience
    try await session.run(
      script: "SET statement_timeout = 0; SET lock_timeout = \(max(patience.lock, 1))")
    let free = try await session.query("SELECT pg_try_advisory_lock(\(Self.generatorKey))")
    do {
      if free.boolean(0, 0) != true {
        onWait()
        _ = try await session.query("SELECT pg_advisory_lock(\(Self.generatorKey))")
      }
      _ = try await session.query("SELECT pg_advisory_lock(\(Self.jobsKey))")
    } catch let error as PostgresError where error.state == .lockNotAvailable {
      throw LoadError.anotherGenerator
    }
    _ = try await session.query("SELECT pg_advisory_unlock(\(Self.jobsKey))")
  }

  /// Makes a session one of the generator's jobs.
  ///
  /// Its commits do not wait for the disk: a crash of PostgreSQL takes the rows of a chunk and the word that it is
  /// finished away together, and the commit that ends the load makes all before it durable.
  static func join(_ session: PostgresSession) async throws {
    try await session.run(script: "SET statement_timeout = 0; SET synchronous_commit = off")
    _ = try await session.query("SELECT pg_advisory_lock_shared(\(jobsKey))")
  }

  /// Gives the load to go on with, announced if it is a new one; or one that is over, if all of it is there.
  ///
  /// The table is locked against writers meanwhile. Who has drawn an id has written its row by then, and who draws one
  /// later gets it from behind the load, whose ids are its own from here on, whether it is killed or not.
  func begin(_ request: LoadRequest) async throws -> LoadRecord {
    // The strongest lock at once: to ask for more later is how deadlocks are made.
    let mode = request.mode == .replace ? "ACCESS EXCLUSIVE" : "SHARE ROW EXCLUSIVE"
    for attempt in 1...max(patience.tableAttempts, 1) {
      // Whoever comes later waits behind us, so that an attempt is short.
      if attempt > 1 { try await loop.sleep(milliseconds: patience.tablePause) }
      do {
        return try await session.transaction {
          try await session.run(
            script: "SET LOCAL lock_timeout = \(patience.tableLock); LOCK TABLE customers IN \(mode) MODE")
          switch try LoadDecision(request, in: try await situation(for: request)) {
          case .goOn(let record), .nothingToDo(let record): return record
          case .begin(let ids, let forgets): return try await announce(request, ids, forgets: forgets)
          }
        }
      } catch let error as PostgresError where error.state?.isOfLocks == true {
        continue
      }
    }
    throw LoadError.tableIsBusy
  }

  private func situation(for request: LoadRequest) async throws -> LoadDecision.Situation {
    var situation = LoadDecision.Situation()
    let ids = try await session.query(
      """
      SELECT max(customer_id), pg_sequence_last_value(pg_get_serial_sequence('customers', 'customer_id')::regclass)
      FROM customers
      """)
    situation.highest = ids.integer(0, 0)
    situation.drawn = ids.integer(0, 1)
    situation.record = try await LoadRecords(session).latest()
    if let record = situation.record, record.request == request {
      situation.present = try await session.query(
        """
        SELECT count(*) FROM customers
        WHERE customer_id BETWEEN \(record.ids.lowerBound) AND \(record.ids.upperBound)
        """
      ).integer(0, 0)
    }
    return situation
  }

  private func announce(
    _ request: LoadRequest, _ ids: ClosedRange<Int64>, forgets: Bool
  ) async throws -> LoadRecord {
    if request.mode == .replace { try await session.run(script: Self.emptying) }
    if forgets { try await session.run(script: "DELETE FROM loads") }
    _ = try await session.query(
      """
      SELECT setval(name, greatest(\(ids.upperBound), pg_sequence_last_value(name)))
      FROM CAST(pg_get_serial_sequence('customers', 'customer_id') AS regclass) AS name
      """)
    return try await LoadRecords(session).add(request, ids)
  }

  /// What belongs to customers goes with them. The tables are named, so that one that points to customers and is not
  /// thought of here makes this fail instead of losing its rows.
  private static let emptying = "TRUNCATE customers, phones, favorites, idempotency_keys RESTART IDENTITY"

  /// Ends a load whose rows are all in the table. Durable when it returns, and with it all that was committed before.
  ///
  /// The planner learns from a few rows how many there are: autovacuum tells it everything, but within a minute, and
  /// until then it would take the texts for long, the rows for few, and sort for each page all that lies behind it.
  func finish(_ record: LoadRecord) async throws {
    try await session.run(
      script: "SET default_statistics_target = 10; ANALYZE (SKIP_LOCKED) customers (customer_id)")
    try await LoadRecords(session).finish(record)
  }
}
