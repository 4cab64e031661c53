public import EventLoop
public import Postgres

/// Brings a database's schema where a program needs it.
///
/// All steps of a run happen under one advisory lock, each in a transaction of its own with the record of it, so
/// that any number of programs may meet an empty database at once, and a killed one leaves whole steps behind.
/// It connects for each call and closes again. The lock belongs to the session: PgBouncer in transaction mode
/// does not keep it, so connect past it for migrations.
public struct Migrator: Sendable {
  /// How long to wait for others. All in milliseconds.
  public struct Patience: Sendable {
    /// For another process's migrations to end.
    public var migrationLock = 120_000
    /// For a table, in one attempt: queries behind the attempt wait as long, so it is short.
    public var tableLock = 1000
    /// Attempts to get a table.
    public var attempts = 30
    /// Between two attempts.
    public var pause = 500

    /// The defaults.
    public init() {}
  }

  private let loop: Loop
  private let settings: ConnectionSettings
  private let known: [Migration]
  private let patience: Patience
  private let onEvent: @Sendable (MigrationEvent) -> Void

  /// A migrator for one database. To be used on `loop`.
  public init(
    _ loop: Loop, _ settings: ConnectionSettings, known: [Migration] = Migration.all,
    patience: Patience = Patience(), onEvent: @escaping @Sendable (MigrationEvent) -> Void = { _ in }
  ) {
    self.loop = loop
    self.settings = settings.withDefault("application_name", "roster migrate")
    self.known = known
    self.patience = patience
    self.onEvent = onEvent
  }

  /// How the schema compares now. Changes nothing and waits for nobody.
  public func plan() async throws -> MigrationPlan {
    try await withSession { try await MigrationRecords($0).plan(known) }
  }

  /// Makes sure that the schema is what this program needs: an empty database is set up; one that is behind is
  /// brought forward if `isToldTo` and is an error otherwise, as is one that does not fit.
  ///
  /// Returns the steps that were taken.
  @discardableResult
  public func prepare(migrating isToldTo: Bool = false) async throws -> [MigrationStep] {
    try await withSession { session in
      let records = MigrationRecords(session)
      if try await records.plan(known).state == .current { return [] }
      // What looks behind may be a setup of another process half way, so the lock comes before the verdict.
      return try await withLock(session) {
        let plan = try await records.plan(known)
        let wasBegun = try await records.isBeingSetUp()
        guard plan.state == .empty || wasBegun || isToldTo else {
          if let obstacle = plan.obstacle { throw obstacle }
          return []
        }
        return try await take(try plan.steps(for: .up), plan, session)
      }
    }
  }

  /// Does what `command` says. Returns the steps that were taken.
  public func run(_ command: MigrationCommand) async throws -> [MigrationStep] {
    try await withSession { session in
      try await withLock(session) {
        let plan = try await MigrationRecords(session).plan(known)
        return try await take(try plan.steps(for: command), plan, session)
      }
    }
  }

  private func take(
    _ steps: [MigrationStep], _ plan: MigrationPlan, _ session: PostgresSession
  ) async throws -> [MigrationStep] {
    let records = MigrationRecords(session)
    if plan.state == .empty, !steps.isEmpty {
      try await records.refuseForeignTables()
      try await records.create()
      try await records.beginSetUp()
    }
    for step in steps {
      onEvent(.began(step))
      let begin = loop.now
      try await takeWithRetries(step, records, session)
      onEvent(.finished(step, milliseconds: Int(loop.now - begin)))
    }
    if !steps.isEmpty, try await records.isBeingSetUp() { try await records.endSetUp() }
    return steps
  }

  /// A long transaction may hold a table. Waiting for it in the table's queue would make all later queries wait
  /// as well, so the attempt is given up soon and made again.
  private func takeWithRetries(
    _ step: MigrationStep, _ records: MigrationRecords, _ session: PostgresSession
  ) async throws {
    for attempt in 1...max(patience.attempts, 1) {
      if attempt > 1 {
        onEvent(.retrying(step, attempt: attempt))
        try await loop.sleep(milliseconds: UInt64(patience.pause))
      }
      do {
        return try await session.transaction {
          try await session.run(
            script: "SET LOCAL lock_timeout = \(patience.tableLock); SET LOCAL statement_timeout = 0")
          switch step {
          case .apply(let migration):
            try await session.run(script: migration.up)
            try await records.add(migration)
          case .revert(let migration):
            try await session.run(script: migration.down)
            try await records.remove(migration)
          }
        }
      } catch let error as PostgresError where error.state?.isOfLocks == true {
        continue
      }
    }
    throw SchemaError.busy(step.migration)
  }

  private func withSession<Value>(_ body: (PostgresSession) async throws -> Value) async throws -> Value {
    let session = try await PostgresSession.connect(loop, settings)
    defer { session.close() }
    return try await body(session)
  }

  /// Ends with the session, or before it if all goes well.
  private func withLock<Value>(
    _ session: PostgresSession, _ body: () async throws -> Value
  ) async throws -> Value {
    let attempt = try await session.query("SELECT pg_try_advisory_lock(\(migrationLockKey))")
    if attempt.boolean(0, 0) != true {
      onEvent(.waitingForLock)
      try await session.run(script: "SET lock_timeout = \(patience.migrationLock); SET statement_timeout = 0")
      do {
        _ = try await session.query("SELECT pg_advisory_lock(\(migrationLockKey))")
      } catch let error as PostgresError where error.state == .lockNotAvailable {
        throw SchemaError.locked
      }
    }
    let value = try await body()
    _ = try await session.query("SELECT pg_advisory_unlock(\(migrationLockKey))")
    return value
  }
}

/// The number that stands for our migrations among a database's advisory locks: "Roster" in ASCII.
private let migrationLockKey: Int64 = 0x526F_7374_6572
