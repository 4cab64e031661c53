import EventLoop
import Postgres
import Schema
import TestSupport
import Testing

@testable import Server

/// The watermark on a real PostgreSQL: who holds what locks is its business.
@Suite struct WatermarkTests {
  /// A pool, an observer and a migrated database; `body` may open sessions of its own.
  private func withObserver(
    _ loop: Loop, _ settings: ConnectionSettings,
    _ body: (WatermarkObserver, PostgresSession) async throws -> Void
  ) async throws {
    try await Migrator(loop, settings).prepare()
    let pool = PostgresPool(loop, settings)
    await pool.start()
    let session = try await PostgresSession.connect(loop, settings)
    do {
      try await body(WatermarkObserver(pool: pool, memory: WatermarkMemory()), session)
    } catch {
      session.close()
      await pool.close()
      throw error
    }
    session.close()
    await pool.close()
  }

  private func withObserver(
    _ body: @escaping @Sendable (WatermarkObserver, PostgresSession, TestDatabase) async throws -> Void
  ) async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await self.withObserver(loop, database.settings) { observer, session in
          try await body(observer, session, database)
        }
      }
    }
  }

  private static let insert = "INSERT INTO customers (first_name) VALUES ('x');"

  @Test func anIDIsSettledWhenItsTransactionHasEnded() async throws {
    try await withObserver { observer, session, database in
      let empty = try await observer.look()
      #expect(empty == Watermark(settled: 0, highest: 0, transactions: 0, loads: 0))
      try await session.run(script: Self.insert)
      var found = try await observer.look()
      #expect(found.settled == 1 && found.highest == 1)

      // Drawn and not used yet, with no transaction id: only the lock on the sequence tells.
      try await session.run(script: "BEGIN; SELECT nextval('customers_customer_id_seq')")
      try await database.session(observer.pool.loop) { try await $0.run(script: Self.insert) }
      found = try await observer.look()
      #expect(found == Watermark(settled: 1, highest: 3, transactions: 1, loads: 0))
      try await session.run(script: "COMMIT")
      found = try await observer.look()
      #expect(found == Watermark(settled: 3, highest: 3, transactions: 0, loads: 0))
    }
  }

  @Test(arguments: ["ROLLBACK", "COMMIT"])
  func whatWasDrawnBeforeALaterTransactionDoesNotWaitForIt(_ end: String) async throws {
    try await withObserver { observer, session, database in
      try await database.session(observer.pool.loop) { early in
        try await early.run(script: "BEGIN; \(Self.insert)")
        #expect(try await observer.look().settled == 0)
        try await session.run(script: "BEGIN; \(Self.insert)")
        #expect(try await observer.look().settled == 0)
        try await early.run(script: end)
        let found = try await observer.look()
        #expect(found == Watermark(settled: 1, highest: 2, transactions: 1, loads: 0))
      }
    }
  }

  /// A rolled back savepoint gives no lock of a sequence back, and its id is used up.
  @Test func aSavepointThatIsRolledBackChangesNothing() async throws {
    try await withObserver { observer, session, _ in
      try await session.run(
        script: "BEGIN; SAVEPOINT s; SELECT nextval('customers_customer_id_seq'); ROLLBACK TO s")
      #expect(try await observer.look().settled == 0)
      try await session.run(script: "COMMIT")
      #expect(try await observer.look().settled == 1)
    }
  }

  @Test func rowsWithGivenIDsCountAsLongAsTheirTransactionIsOpen() async throws {
    try await withObserver { observer, session, database in
      try await session.run(script: "SELECT setval('customers_customer_id_seq', 100)")
      try await session.run(script: "BEGIN; INSERT INTO customers (customer_id) VALUES (50)")
      #expect(try await observer.look().settled == 0)
      try await session.run(script: "COMMIT")
      #expect(try await observer.look().settled == 100)
    }
  }

  @Test func whoOnlyReadsHoldsNothingDown() async throws {
    try await withObserver { observer, session, database in
      try await session.run(script: Self.insert)
      try await session.run(script: "BEGIN; SELECT count(*) FROM customers")
      #expect(try await observer.look() == Watermark(settled: 1, highest: 1, transactions: 0, loads: 0))
      try await session.run(script: "ROLLBACK")
    }
  }

  @Test func anUnfinishedLoadHoldsTheWatermarkBelowWhatItHasToFill() async throws {
    try await withObserver { observer, session, _ in
      try await session.run(
        script: """
          SELECT setval('customers_customer_id_seq', 5000);
          INSERT INTO loads (first_id, last_id, mode, seed, sample, finished)
            VALUES (1001, 2000, 'append', 1, 1, '{[0,10),[500,600)}'), (3001, 4000, 'append', 2, 1, '{}')
          """)
      #expect(try await observer.look() == Watermark(settled: 1010, highest: 5000, transactions: 0, loads: 2))
      try await session.run(
        script: "UPDATE loads SET finished_at = now(), finished = '{[0,1000)}' WHERE first_id = 1001")
      #expect(try await observer.look() == Watermark(settled: 3000, highest: 5000, transactions: 0, loads: 1))
      try await session.run(script: "UPDATE loads SET finished = '{[0,1000)}' WHERE first_id = 3001")
      #expect(try await observer.look().settled == 3999)
      try await session.run(script: "UPDATE loads SET finished_at = now() WHERE first_id = 3001")
      #expect(try await observer.look().settled == 5000)
      try await session.run(
        script: """
          INSERT INTO loads (first_id, last_id, mode, seed, sample) VALUES (1, 9223372036854775807, 'append', 1, 1)
          """)
      #expect(
        try await observer.look() == Watermark(settled: 0, highest: .max, transactions: 0, loads: 1))
    }
  }

  /// The sequence gives out the ids below them one day.
  @Test func rowsAboveTheSequenceAreNotSettled() async throws {
    try await withObserver { observer, session, _ in
      try await session.run(script: "INSERT INTO customers (customer_id) VALUES (50), (70)")
      #expect(try await observer.look() == Watermark(settled: 0, highest: 70, transactions: 0, loads: 0))
      try await session.run(script: "SELECT setval('customers_customer_id_seq', 60)")
      #expect(try await observer.look() == Watermark(settled: 60, highest: 70, transactions: 0, loads: 0))
    }
  }

  @Test func aTableThatWasEmptiedBeginsAnew() async throws {
    try await withObserver { observer, session, _ in
      try await session.run(script: Self.insert + Self.insert)
      #expect(try await observer.look().settled == 2)
      try await session.run(script: "TRUNCATE customers RESTART IDENTITY CASCADE; \(Self.insert)")
      try await session.run(script: "BEGIN; \(Self.insert)")
      try await session.run(script: "SELECT nextval('customers_customer_id_seq')")
      #expect(try await observer.look().settled == 0)
      try await session.run(script: "COMMIT")
      #expect(try await observer.look().settled == 3)
    }
  }

  @Test func aSequenceThatHandsOutInAdvanceSettlesNothing() async throws {
    try await withObserver { observer, session, _ in
      try await session.run(script: "ALTER TABLE customers ALTER customer_id SET CACHE 10")
      await #expect(throws: (any Error).self) { try await observer.look() }
    }
  }

  @Test func aPreparedTransactionCountsUntilItIsCommitted() async throws {
    try await onLoop { loop in
      try await PrivateCluster.with(loop, options: ["max_prepared_transactions=2"]) { cluster in
        try await self.withObserver(loop, cluster.settings) { observer, session in
          try await session.run(script: "BEGIN; \(Self.insert)")
          #expect(try await observer.look().settled == 0)
          try await session.run(script: "PREPARE TRANSACTION 'late'")
          #expect(try await observer.look() == Watermark(settled: 0, highest: 1, transactions: 1, loads: 0))
          try await session.run(script: "COMMIT PREPARED 'late'")
          #expect(try await observer.look() == Watermark(settled: 1, highest: 1, transactions: 0, loads: 0))
        }
      }
    }
  }
}
