import EventLoop
import Postgres
import Schema
import Synchronization
import TestSupport
import Testing

/// The migrator on a real PostgreSQL.
@Suite struct MigratorTests {
  private static let two = [
    Migration(
      1, "first", up: "CREATE TABLE first (id bigint); INSERT INTO first VALUES (1)", down: "DROP TABLE first"
    ),
    Migration(2, "second", up: "ALTER TABLE first ADD note text", down: "ALTER TABLE first DROP note"),
  ]
  private static let one = Array(two.prefix(1))

  private func versions(_ loop: Loop, _ database: TestDatabase) async throws -> [Int64?] {
    try await database.session(loop) { session in
      let rows = try await session.query("SELECT version FROM schema_migrations ORDER BY version")
      return (0..<rows.count).map { rows.integer($0, 0) }
    }
  }

  private func columns(_ loop: Loop, _ database: TestDatabase) async throws -> Int64? {
    try await database.session(loop) { session in
      try await session.query(
        "SELECT count(*) FROM information_schema.columns WHERE table_name = 'first'"
      ).integer(0, 0)
    }
  }

  @Test func upDownAndRedo() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        let migrator = Migrator(loop, database.settings, known: Self.two)
        let before = try await migrator.plan()
        #expect(before.state == .empty)
        #expect(try await migrator.run(.up) == [.apply(Self.two[0]), .apply(Self.two[1])])
        #expect(try await migrator.plan().state == .current)
        #expect(try await migrator.run(.up).isEmpty)
        #expect(try await columns(loop, database) == 2)

        #expect(try await migrator.run(.down) == [.revert(Self.two[1])])
        #expect(try await columns(loop, database) == 1)
        #expect(try await migrator.plan().state == .behind([Self.two[1]]))
        #expect(try await migrator.run(.redo) == [.revert(Self.two[0]), .apply(Self.two[0])])
        #expect(try await migrator.run(.down) == [.revert(Self.two[0])])
        #expect(try await columns(loop, database) == 0)
        await #expect(throws: SchemaError.nothingToRevert) { try await migrator.run(.down) }
        #expect(try await migrator.plan().state == .empty)
      }
    }
  }

  @Test func aFailingStepLeavesNothingOfItself() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        let broken = Self.one + [Migration(2, "broken", up: "CREATE TABLE half (); SELECT 1/0", down: "")]
        let migrator = Migrator(loop, database.settings, known: broken)
        await #expect {
          try await migrator.run(.up)
        } throws: {
          ($0 as? PostgresError)?.state == "22012"
        }
        #expect(try await versions(loop, database) == [1])
        try await database.session(loop) { session in
          let half = try await session.query("SELECT to_regclass('half') IS NULL")
          #expect(half.boolean(0, 0) == true)
        }
        // The lock went with the session.
        #expect(
          try await Migrator(loop, database.settings, known: Self.two).run(.up) == [.apply(Self.two[1])])
      }
    }
  }

  @Test func anEmptyDatabaseIsSetUpOnceByManyAtOnce() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        let taken = try await withThrowingTaskGroup(of: Int.self) { group in
          for _ in 0..<8 {
            group.addTask { try await Migrator(loop, database.settings, known: Self.two).prepare().count }
          }
          return try await group.reduce(0, +)
        }
        #expect(taken == 2)
        #expect(try await versions(loop, database) == [1, 2])
      }
    }
  }

  /// The program that set the database up was killed between two steps.
  @Test func aSetUpThatWasKilledIsFinishedByTheNextOne() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        let failing = Self.one + [Migration(2, "second", up: "SELECT 1/0", down: "")]
        await #expect(throws: (any Error).self) {
          try await Migrator(loop, database.settings, known: failing).prepare()
        }
        #expect(try await versions(loop, database) == [1])
        let steps = try await Migrator(loop, database.settings, known: Self.two).prepare()
        #expect(steps == [.apply(Self.two[1])])
        // From here on the schema is one that grows by order alone.
        let three = Self.two + [Migration(3, "third", up: "SELECT 1", down: "")]
        await #expect(throws: SchemaError.behind(database: 2, program: 3)) {
          try await Migrator(loop, database.settings, known: three).prepare()
        }
      }
    }
  }

  @Test func behindIsRefusedUnlessToldAndAheadAlways() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        let older = Migrator(loop, database.settings, known: Self.one)
        let newer = Migrator(loop, database.settings, known: Self.two)
        try await older.prepare()
        await #expect(throws: SchemaError.behind(database: 1, program: 2)) { try await newer.prepare() }
        #expect(try await newer.prepare(migrating: true) == [.apply(Self.two[1])])
        #expect(try await newer.prepare().isEmpty)
        for isTold in [false, true] {
          await #expect(throws: SchemaError.ahead(database: 2, program: 1)) {
            try await older.prepare(migrating: isTold)
          }
        }
        await #expect(throws: SchemaError.ahead(database: 2, program: 1)) { try await older.run(.down) }
      }
    }
  }

  @Test func aChangedMigrationIsRefused() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await Migrator(loop, database.settings, known: Self.one).prepare()
        let changed = [Migration(1, "first", up: "CREATE TABLE first (id int)", down: "DROP TABLE first")]
        await #expect(throws: SchemaError.changed(changed[0])) {
          try await Migrator(loop, database.settings, known: changed).prepare(migrating: true)
        }
      }
    }
  }

  @Test func somebodyElsesDatabaseIsLeftAlone() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await database.session(loop) { try await $0.run(script: "CREATE TABLE customers (name text)") }
        await #expect(throws: SchemaError.foreignTable("customers")) {
          try await Migrator(loop, database.settings).prepare(migrating: true)
        }
        try await database.session(loop) { session in
          let rows = try await session.query("SELECT to_regclass('schema_migrations') IS NULL")
          #expect(rows.boolean(0, 0) == true)
        }
      }
    }
  }

  /// A long transaction reads the table: the migration tries, gives up so that others are not held up, and
  /// gets through when the transaction ends.
  @Test func aTableInUseIsTriedAgain() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await Migrator(loop, database.settings, known: Self.one).prepare()
        let reader = try await PostgresSession.connect(loop, database.settings)
        defer { reader.close() }
        try await reader.run(script: "BEGIN; SELECT * FROM first")

        var patience = Migrator.Patience()
        patience.tableLock = 20
        patience.pause = 1
        patience.attempts = 3
        let impatient = Migrator(loop, database.settings, known: Self.two, patience: patience)
        await #expect(throws: SchemaError.busy(Self.two[1])) { try await impatient.run(.up) }

        patience.attempts = 10_000
        let (events, continuation) = AsyncStream<MigrationEvent>.makeStream()
        let patient = Migrator(loop, database.settings, known: Self.two, patience: patience) {
          continuation.yield($0)
        }
        async let steps = patient.run(.up)
        for await event in events {
          if case .retrying = event { break }
        }
        try await reader.run(script: "COMMIT")
        #expect(try await steps == [.apply(Self.two[1])])
      }
    }
  }

  @Test func whoHoldsTheLockIsWaitedFor() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        let holder = try await PostgresSession.connect(loop, database.settings)
        defer { holder.close() }
        // The number is part of the contract: other versions of the programs take the same one.
        _ = try await holder.query("SELECT pg_advisory_lock(\(0x526F_7374_6572 as Int64))")

        var patience = Migrator.Patience()
        patience.migrationLock = 20
        let impatient = Migrator(loop, database.settings, known: Self.one, patience: patience)
        await #expect(throws: SchemaError.locked) { try await impatient.run(.up) }

        let (events, continuation) = AsyncStream<MigrationEvent>.makeStream()
        let patient = Migrator(loop, database.settings, known: Self.one) { continuation.yield($0) }
        async let steps = patient.prepare()
        for await event in events where event == .waitingForLock { break }
        holder.close()
        #expect(try await steps == [.apply(Self.one[0])])
      }
    }
  }

  @Test func anotherEncodingIsRefused() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop, encoding: "LATIN1") { database in
        await #expect {
          try await Migrator(loop, database.settings).prepare()
        } throws: {
          "\($0)".contains("ENCODING 'UTF8'")
        }
      }
    }
  }
}
