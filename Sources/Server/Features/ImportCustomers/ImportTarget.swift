import EventLoop
import Postgres

/// The database's side of an import: one session, which holds the lock, the staged rows and the record of the import.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of its loop alone.
final class ImportTarget: @unchecked Sendable {
  private let loop: Loop
  private let session: PostgresSession
  private let fields: [SourceField]
  private var room: Int64 = 0
  private var hasTimedOut = false

  /// Findings that are kept of one import.
  static let mostFindings: Int64 = 1000
  /// Milliseconds for a statement; PostgreSQL's own limit comes a little earlier than ours.
  private static let statementLimit: UInt64 = 60_000
  /// A batch that somebody else's change has spoiled is merged again; more often than this would be a fault of ours.
  private static let mostMerges = 5

  private init(_ loop: Loop, _ session: PostgresSession, _ fields: [SourceField]) {
    self.loop = loop
    self.session = session
    self.fields = fields
  }

  /// Connects; `fields` are those that the import brings.
  static func connect(
    _ loop: Loop, _ database: ConnectionSettings, _ fields: [SourceField]
  ) async throws -> ImportTarget {
    let named = database.withDefault("application_name", "roster import")
    let target = ImportTarget(loop, try await PostgresSession.connect(loop, named), fields)
    do {
      try await target.within { session in
        try await session.run(script: "SET statement_timeout = \(statementLimit - 2000)")
        try await session.run(script: "SET jit = off")
      }
    } catch {
      target.close()
      throw error
    }
    return target
  }

  /// Ends the session, and with it the lock.
  func close() { session.close() }

  // MARK: The import as a whole

  /// True if this session is the only one that imports.
  func lock() async throws -> Bool {
    try await query("SELECT pg_try_advisory_lock(\(ImportQueries.lockKey))").boolean(0, 0) == true
  }

  /// The record of the last import, its number and whether it still runs.
  func last() async throws -> ImportReport? {
    try await within { session in
      let rows = try await session.query(ImportQueries.last)
      return rows.count == 0 ? nil : ImportReport(rows)
    }
  }

  /// Writes down that an import begins; to be called under the lock.
  func begin() async throws -> Int64 {
    _ = try await query(ImportQueries.endOrphans)
    _ = try await query(ImportQueries.forgetOldFindings)
    guard let importID = try await query(ImportQueries.begin).integer(0, 0) else {
      throw PostgresError.unexpected("no number for the import")
    }
    return importID
  }

  /// Prepares for the first row of the source.
  func beginAttempt(_ attempt: Int, of importID: Int64, _ counts: ImportCounts) async throws {
    try await within { session in
      try await session.run(script: ImportQueries.workTables)
      try await session.transaction {
        _ = try await session.query(ImportQueries.forgetFindings(of: importID))
        _ = try await session.query(ImportQueries.progress(importID, attempt: attempt, counts))
      }
    }
    room = Self.mostFindings
  }

  func note(_ message: String, in importID: Int64) async throws {
    _ = try await query(ImportQueries.note(importID, message))
  }

  /// Writes down how it ended, and lets others import: the end of the session would do that a moment too late for
  /// whoever asks again at once.
  func end(_ importID: Int64, _ outcome: ImportOutcome) async throws {
    _ = try await query(ImportQueries.end(importID, state: outcome.state, message: outcome.message))
    _ = try await query("SELECT pg_advisory_unlock_all()")
  }

  // MARK: A batch

  /// Merges a batch and writes down how far the import is then, in one transaction.
  ///
  /// - Parameter progress: what the counts are once the batch is in.
  func merge(
    _ batch: StagedBatch, into importID: Int64, _ progress: (ImportCounts) -> (attempt: Int, ImportCounts)
  ) async throws -> ImportCounts {
    var merges = 1
    while true {
      do {
        return try await within { session in
          try await session.transaction { try await self.mergeOnce(batch, importID, progress, session) }
        }
      } catch PostgresError.server(let message) where message.isClash && merges < Self.mostMerges {
        merges += 1
      }
    }
  }

  private func mergeOnce(
    _ batch: StagedBatch, _ importID: Int64, _ progress: (ImportCounts) -> (attempt: Int, ImportCounts),
    _ session: PostgresSession
  ) async throws -> ImportCounts {
    _ = try await session.copyIn(ImportQueries.copy) { try await $0.write(batch.whole) }
    let answer = try await session.query(ImportQueries.merge(fields, into: importID, room: room))
    let counts = ImportCounts(
      read: answer.integer(0, 0) ?? 0, inserted: answer.integer(0, 1) ?? 0,
      updated: answer.integer(0, 2) ?? 0, rejected: answer.integer(0, 3) ?? 0)
    let (attempt, whole) = progress(counts)
    _ = try await session.query(ImportQueries.progress(importID, attempt: attempt, whole))
    room -= answer.integer(0, 4) ?? 0
    return counts
  }

  // MARK: Time

  private func query(_ sql: SQL) async throws -> Rows { try await within { try await $0.query(sql) } }

  /// Runs `body` with a limit: a frozen PostgreSQL says nothing, not even an error.
  private func within<Value>(_ body: (PostgresSession) async throws -> Value) async throws -> Value {
    let timer = LoopTimer(loop) { [self] in
      hasTimedOut = true
      session.close()
    }
    defer { timer.close() }
    timer.start(after: Self.statementLimit)
    do {
      return try await body(session)
    } catch PostgresError.closed where hasTimedOut {
      throw PostgresError.timedOut
    }
  }
}

extension ServerMessage {
  /// True if somebody else has written the same at the same time: what the merge saw is not so any more.
  fileprivate var isClash: Bool { state == .uniqueViolation || state.gaveWay }
}
