import EventLoop
import TestSupport
import Testing

@testable import Postgres

/// Sessions: one command at a time, transactions, cancellation.
@Suite struct LiveSessionTests {
  private struct Refused: Error, Equatable {}

  private func withSession(
    _ body: @escaping @Sendable (Loop, PostgresSession, TestDatabase) async throws -> Void
  ) async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await database.session(loop) { try await body(loop, $0, database) }
      }
    }
  }

  private func count(_ session: PostgresSession) async throws -> Int64? {
    try await session.query("SELECT count(*) FROM t").integer(0, 0)
  }

  @Test func whatIsThrownRollsBack() async throws {
    try await withSession { _, session, _ in
      try await session.run(script: "CREATE TABLE t (a int)")
      await #expect(throws: Refused.self) {
        try await session.transaction {
          try await session.run(script: "INSERT INTO t VALUES (1)")
          throw Refused()
        }
      }
      try await expect(0) { try await count(session) }
      let value = try await session.transaction {
        try await session.run(script: "INSERT INTO t VALUES (1)")
        return 5
      }
      #expect(value == 5)
      try await expect(1) { try await count(session) }
    }
  }

  @Test func anErrorOfTheServerRollsBackAndIsThrown() async throws {
    try await withSession { _, session, _ in
      try await session.run(script: "CREATE TABLE t (a int)")
      let error = await postgresError {
        try await session.transaction {
          try await session.run(script: "INSERT INTO t VALUES (1)")
          _ = try await session.query("SELECT 1/0")
        }
      }
      #expect(error?.state == "22012")
      try await expect(0) { try await count(session) }
    }
  }

  /// PostgreSQL answers the COMMIT of a failed transaction with success and the word ROLLBACK.
  @Test func anErrorThatIsHushedUpDoesNotPassForACommit() async throws {
    try await withSession { _, session, _ in
      try await session.run(script: "CREATE TABLE t (a int)")
      let error = await postgresError {
        try await session.transaction {
          try await session.run(script: "INSERT INTO t VALUES (1)")
          _ = try? await session.query("SELECT 1/0")
        }
      }
      #expect(error.map { "\($0)" }?.contains("ROLLBACK for COMMIT") == true)
      try await expect(0) { try await count(session) }
    }
  }

  @Test func aCommitThatFailsIsThrown() async throws {
    try await withSession { _, session, _ in
      try await session.run(
        script: "CREATE TABLE t (a int PRIMARY KEY, b int REFERENCES t DEFERRABLE INITIALLY DEFERRED)")
      let error = await postgresError {
        try await session.transaction { try await session.run(script: "INSERT INTO t VALUES (1, 2)") }
      }
      #expect(error?.state == "23503")
      try await expect(0) { try await count(session) }
    }
  }

  @Test func scriptsStopAtTheirFirstError() async throws {
    try await withSession { _, session, _ in
      let error = await postgresError {
        try await session.run(script: "CREATE TABLE t (a int); SELECT 1/0; INSERT INTO t VALUES (1)")
      }
      #expect(error?.state == "22012")
      #expect(await postgresError { try await count(session) }?.state == "42P01")
      try await session.run(script: "CREATE TABLE t (a int); INSERT INTO t VALUES (1); SELECT 1")
      try await expect(1) { try await count(session) }
    }
  }

  /// The server is at a statement of half a minute when its client goes. Nothing of it stays, not even its lock.
  @Test func aCanceledTaskGivesTheSessionUp() async throws {
    try await withSession { loop, watcher, database in
      try await watcher.run(script: "CREATE TABLE t (a int)")
      let session = try await PostgresSession.connect(loop, database.settings)
      let process = Int64(session.backendProcess)
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          await #expect(throws: CancellationError.self) {
            try await session.transaction {
              try await session.run(script: "INSERT INTO t VALUES (1); LOCK TABLE t")
              try await session.run(script: "SELECT pg_sleep(30)")
            }
          }
        }
        group.addTask { try? await loop.sleep(milliseconds: 100) }
        await group.next()
        group.cancelAll()
      }
      #expect(session.isClosed)
      #expect(await postgresError { try await session.query("SELECT 1") } == .closed)
      let gone = try await waitUntil(loop) {
        try await watcher.query("SELECT count(*) FROM pg_stat_activity WHERE pid = \(process)").integer(0, 0)
          == 0
      }
      #expect(try #require(gone) < 3000)
      try await expect(0) { try await count(watcher) }
    }
  }

  /// The rollback must happen although the task is canceled already.
  @Test func aBodyThatIsCanceledElsewhereRollsBack() async throws {
    try await withSession { loop, session, _ in
      try await session.run(script: "CREATE TABLE t (a int)")
      let inserted = Signal<Void>()
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          await #expect(throws: CancellationError.self) {
            try await session.transaction {
              try await session.run(script: "INSERT INTO t VALUES (1)")
              inserted.finish(())
              try await loop.sleep(milliseconds: 30_000)
            }
          }
        }
        group.addTask { try? await inserted.wait(on: loop) }
        await group.next()
        group.cancelAll()
      }
      #expect(!session.isClosed)
      try await expect(0) { try await count(session) }
    }
  }

  @Test func twoCommandsAtOnceAreRefused() async throws {
    try await withSession { loop, session, _ in
      async let slow = session.query("SELECT pg_sleep(0.2), 7::bigint")
      try await loop.sleep(milliseconds: 50)
      let error = await postgresError { try await session.query("SELECT 1") }
      #expect(error == .unexpected("two commands at once on one session"))
      #expect(try await slow.integer(0, 1) == 7, "the first one is none the worse for it")
    }
  }

  @Test func aSessionThatIsCutSaysSo() async throws {
    try await withSession { loop, watcher, database in
      let session = try await PostgresSession.connect(loop, database.settings)
      async let error = postgresError { try await session.query("SELECT pg_sleep(30)") }
      try await loop.sleep(milliseconds: 50)
      _ = try await watcher.query("SELECT pg_terminate_backend(\(session.backendProcess))")
      let ended = PostgresError.connectionLost("terminating connection due to administrator command")
      let found = await error
      #expect(found == ended)
      _ = try #require(try await waitUntil(loop) { session.isClosed })
      let later = await postgresError { try await session.query("SELECT 1") }
      #expect(later == ended)
      let idle = try await PostgresSession.connect(loop, database.settings)
      _ = try await watcher.query("SELECT pg_terminate_backend(\(idle.backendProcess))")
      _ = try #require(try await waitUntil(loop) { idle.isClosed })
    }
  }

  @Test func noticesAreTakenInAndNotPrinted() async throws {
    try await withSession { _, session, _ in
      try await session.run(
        script: "DO $$ BEGIN FOR i IN 1..100 LOOP RAISE WARNING 'warning %', i; END LOOP; END $$")
      #expect(session.handle.notices.count == 100)
      #expect(session.handle.notices.lastWords == nil)
    }
  }

  @Test func aCopyIsNoQuery() async throws {
    try await withSession { loop, _, database in
      for copy in ["COPY (SELECT 1) TO STDOUT", "CREATE TABLE t (a int); COPY t FROM STDIN"] {
        let session = try await PostgresSession.connect(loop, database.settings)
        let error = await postgresError { try await session.run(script: copy) }
        #expect(error.map { "\($0)" }?.contains("COPY") == true)
        #expect(session.isClosed)
      }
    }
  }

  @Test func aBigAnswerIsWhole() async throws {
    try await withSession { _, session, _ in
      let rows = try await session.query(
        "SELECT i, repeat('x', 1000) FROM generate_series(1::bigint, 20000) i ORDER BY i")
      #expect(rows.count == 20_000)
      #expect(
        (0..<rows.count).allSatisfy {
          rows.integer($0, 0) == Int64($0 + 1) && rows.cell($0, 1)?.count == 1000
        })
    }
  }

  /// Answers and tickets go when nobody needs them any more.
  @Test func nothingIsKept() async throws {
    try await LivePool.with(connections: 1) { live in
      let statement = PreparedStatement("session_nothing_kept", "SELECT $1::bigint")
      weak var rows: Rows?
      do {
        let found = try await live.pool.read(statement, 1)
        rows = found
        #expect(found.integer(0, 0) == 1)
      }
      _ = try await live.pool.read(statement, 2)
      #expect(rows == nil)
    }
  }
}
