import EventLoop
import Postgres
import Schema
import TestSupport
import Testing

@testable import Generator

/// Loads that stop part-way, and what comes of the next one.
@Suite struct ResumedLoadTests {
  private static let chunk: Int64 = 3000

  private static func settings(_ more: String...) throws -> GeneratorSettings {
    try GeneratorSettings(
      try GeneratorOptions.program.parse(["--rows", "24000", "--jobs", "2"] + more), cores: 2)
  }

  /// Runs a load and, when two chunks are finished and both jobs are in the middle of another one, does something
  /// else. What the load came to counts.
  private func disturbedLoad(
    _ run: DatabaseRun, on loop: Loop, inTheMiddle disturb: () async throws -> Void
  ) async throws {
    try await Migrator(loop, run.database).prepare()
    let gate = LoadGate(loop: loop, settings: run.database)
    try await gate.close(at: [7000, 10_000])
    let load = Task(executorPreference: loop) { try await runLoad(run, on: loop) }
    try await gate.waitForArrivals(2)
    try await disturb()
    try await gate.open()
    try await load.value
  }

  private func endOneCopy(_ session: PostgresSession) async throws {
    while true {
      // The one that was seen may be gone, and its place in PostgreSQL's table another one's.
      let ended = try? await session.query(
        "SELECT pg_terminate_backend(min(pid)) FROM pg_stat_progress_copy WHERE datname = current_database()")
      if ended?.boolean(0, 0) == true { return }
    }
  }

  /// A load of `settings` that `body` interrupts in whatever way leaves the table that nobody has interrupted.
  private func expectTheSameTable(
    _ settings: GeneratorSettings,
    _ body: @escaping @Sendable (Loop, TestDatabase, PostgresSession) async throws -> Void
  ) async throws {
    try await onLoop { loop in
      var digests: [String] = []
      try await TestDatabase.with(loop) { database in
        try await runLoad(settings, into: database, on: loop)
        digests.append(try await database.session(loop) { try await tableDigest($0) })
      }
      try await TestDatabase.with(loop) { database in
        try await database.session(loop) { watcher in
          try await body(loop, database, watcher)
          digests.append(try await tableDigest(watcher))
          let open = try await watcher.query("SELECT count(*) FROM loads WHERE finished_at IS NULL")
          #expect(open.integer(0, 0) == 0)
        }
      }
      #expect(digests[0] == digests[1])
    }
  }

  @Test func aConnectionThatBreaksIsMadeGood() async throws {
    let settings = try Self.settings()
    try await expectTheSameTable(settings) { loop, database, watcher in
      let run = DatabaseRun(settings: settings, database: database.settings, rowsInChunk: Self.chunk)
      try await disturbedLoad(run, on: loop) { try await endOneCopy(watcher) }
    }
  }

  @Test func withoutPatienceItStopsAndTheNextOneGoesOn() async throws {
    let settings = try Self.settings("--patience", "0")
    let other = try Self.settings("--jobs", "5")
    try await expectTheSameTable(settings) { loop, database, watcher in
      let run = DatabaseRun(settings: settings, database: database.settings, rowsInChunk: Self.chunk)
      let error = try #require(
        await #expect(throws: LoadInterruption.self) {
          try await disturbedLoad(run, on: loop) { try await endOneCopy(watcher) }
        })
      #expect(error.done == 2 * Self.chunk)
      #expect("\(error)".contains("`generator --rows 24000 --seed 1` goes on"), "\(error)")
      // Whole chunks only.
      let rows = try await number("SELECT count(*) FROM customers", database, loop)
      #expect(rows == error.done)

      let another = try Self.settings("--seed", "2")
      let refusal = try #require(
        await #expect(throws: LoadError.self) { try await runLoad(another, into: database, on: loop) })
      #expect("\(refusal)".contains("`generator --rows 24000 --seed 1` finishes it"), "\(refusal)")
      try await runLoad(other, into: database, on: loop)
    }
  }

  @Test func aStoppedLoadGoesOn() async throws {
    let settings = try Self.settings()
    try await expectTheSameTable(settings) { loop, database, watcher in
      let run = DatabaseRun(settings: settings, database: database.settings, rowsInChunk: Self.chunk)
      try await Migrator(loop, database.settings).prepare()
      let gate = LoadGate(loop: loop, settings: database.settings)
      try await gate.close(at: [7000, 10_000])
      let ended = await withTaskGroup(of: LoadInterruption?.self) { group in
        group.addTask {
          do { try await runLoad(run, on: loop) } catch { return error as? LoadInterruption }
          return nil
        }
        try? await gate.waitForArrivals(2)
        group.cancelAll()
        return await group.next() ?? nil
      }
      #expect(ended?.cause == nil && ended?.done == 2 * Self.chunk)
      try await gate.open()
      try await runLoad(settings, into: database, on: loop)
      // And once more: there is nothing left to do, and that is no mistake.
      try await runLoad(settings, into: database, on: loop)
    }
  }

  /// PostgreSQL is killed and started again: what it had not made durable is sent again, without anybody's help.
  @Test func aCrashOfPostgreSQLIsMadeGood() async throws {
    let settings = try Self.settings()
    try await onLoop { loop in
      var expected = ""
      try await TestDatabase.with(loop) { database in
        try await runLoad(settings, into: database, on: loop)
        expected = try await database.session(loop) { try await tableDigest($0) }
      }
      try await PrivateCluster.with(loop) { cluster in
        try await disturbedLoad(
          DatabaseRun(settings: settings, database: cluster.settings, rowsInChunk: Self.chunk), on: loop
        ) {
          try await loop.aside {
            cluster.stop(.immediate)
            try cluster.start()
          }
        }
        let session = try await PostgresSession.connect(loop, cluster.settings)
        defer { session.close() }
        #expect(try await tableDigest(session) == expected)
      }
    }
  }

  /// An append and a replacement go on where they were, whatever was done behind them.
  @Test(arguments: ["--append", "--replace"])
  func whatItWasToldToDoBelongsToIt(option: String) async throws {
    let settings = try Self.settings(option, "--patience", "0")
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await database.session(loop) { watcher in
          try await runLoad(testSettings("--rows", "10", "--seed", "9"), into: database, on: loop)
          let run = DatabaseRun(settings: settings, database: database.settings, rowsInChunk: Self.chunk)
          await #expect(throws: LoadInterruption.self) {
            try await disturbedLoad(run, on: loop) { try await endOneCopy(watcher) }
          }
          let drawn = try await watcher.query(
            "INSERT INTO customers (first_name) VALUES ('x') RETURNING customer_id")
          let last: Int64 = option == "--append" ? 24_010 : 24_000
          #expect(drawn.integer(0, 0) == last + 1)
          try await runLoad(settings, into: database, on: loop)
          let found = try await watcher.query(
            "SELECT count(*), min(customer_id), max(customer_id), count(DISTINCT customer_id) FROM customers")
          #expect((0..<4).map { found.integer(0, $0) } == [last + 1, 1, last + 1, last + 1])
        }
      }
    }
  }

  /// The generator was killed, and PostgreSQL is still at the commit of its last chunk.
  @Test func theLastCommitOfAKilledOneIsWaitedFor() async throws {
    let settings = try testSettings("--rows", "3000")
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await Migrator(loop, database.settings).prepare()
        let killed = try await PostgresSession.connect(loop, database.settings)
        defer { killed.close() }
        let target = try await LoadTarget(loop, killed, LoadPatience())
        let record = try await target.begin(LoadRequest(settings))
        let job = try await PostgresSession.connect(loop, database.settings)
        defer { job.close() }
        try await LoadTarget.join(job)
        try await job.run(
          script: "BEGIN; INSERT INTO customers (customer_id) SELECT generate_series(1, 1000)")
        try await LoadRecords(job).add(1...1000, to: record)
        killed.close()

        async let loaded: Void = runLoad(settings, into: database, on: loop)
        try await database.session(loop) { watcher in
          try await waitForCount(
            1,
            """
            pg_locks JOIN pg_database AS d ON d.oid = database
            WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
            """, watcher, loop)
        }
        try await job.run(script: "COMMIT")
        job.close()
        try await loaded
        #expect(
          try await number("SELECT count(*) FROM customers WHERE first_name IS NULL", database, loop) == 1000)
        #expect(try await number("SELECT count(*) FROM customers", database, loop) == 3000)
      }
    }
  }

  /// Who has drawn an id and not committed holds the announcement up, so that no id is two rows' own.
  @Test func writersAreWaitedForBeforeTheIdsAreTaken() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await Migrator(loop, database.settings).prepare()
        let writer = try await PostgresSession.connect(loop, database.settings)
        defer { writer.close() }
        try await writer.run(script: "BEGIN; INSERT INTO customers (first_name) VALUES ('early')")
        var patience = LoadPatience()
        patience.tableLock = 20
        patience.tablePause = 1
        patience.tableAttempts = 2
        let settings = try testSettings("--rows", "100", "--append")
        let impatient = DatabaseRun(settings: settings, database: database.settings, patience: patience)
        await #expect(throws: LoadError.tableIsBusy) { try await runLoad(impatient, on: loop) }

        async let loaded: Void = runLoad(settings, into: database, on: loop)
        try await database.session(loop) { watcher in
          try await waitForCount(
            1, "pg_locks WHERE relation = 'customers'::regclass AND NOT granted", watcher, loop)
          #expect(try await watcher.query("SELECT count(*) FROM loads").integer(0, 0) == 0)
        }
        try await writer.run(script: "COMMIT")
        try await loaded
        #expect(try await number("SELECT max(customer_id) FROM customers", database, loop) == 101)
        #expect(try await number("SELECT first_id FROM loads", database, loop) == 2)
      }
    }
  }

  /// The rows of a load that stopped were removed by hand.
  @Test func aLoadThatOthersChangedIsRefused() async throws {
    let settings = try Self.settings("--patience", "0")
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await database.session(loop) { watcher in
          let run = DatabaseRun(settings: settings, database: database.settings, rowsInChunk: Self.chunk)
          await #expect(throws: LoadInterruption.self) {
            try await disturbedLoad(run, on: loop) { try await endOneCopy(watcher) }
          }
          try await watcher.run(
            script: "DELETE FROM customers WHERE customer_id = (SELECT min(customer_id) FROM customers)")
          let error = try #require(
            await #expect(throws: LoadError.self) { try await runLoad(settings, into: database, on: loop) })
          #expect("\(error)".contains("--replace"))
          try await runLoad(Self.settings("--replace"), into: database, on: loop)
          #expect(try await watcher.query("SELECT count(*) FROM customers").integer(0, 0) == 24_000)
        }
      }
    }
  }
}
