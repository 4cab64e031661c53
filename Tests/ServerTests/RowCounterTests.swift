import EventLoop
import HTTP
import Postgres
import Schema
import TestSupport
import Testing

@testable import Server

/// Counts of a table that is too large to be counted, on a real PostgreSQL.
@Suite struct RowCounterTests {
  /// Lanes on a migrated database whose statements may take 200 ms, and a session beside them.
  private func withLanes(
    _ body: @escaping @Sendable (DatabaseLanes, PostgresSession) async throws -> Void
  ) async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await Migrator(loop, database.settings).prepare()
        var limits = PostgresPool.Limits()
        limits.connections = 1
        limits.statementTimeout = 200
        func pool() -> PostgresPool { PostgresPool(loop, database.settings, limits) }
        let lanes = DatabaseLanes(reads: pool(), writes: DatabaseLane(pool()), slow: DatabaseLane(pool()))
        await lanes.start()
        let result: Result<Void, any Error>
        do {
          try await database.session(loop) { try await body(lanes, $0) }
          result = .success(())
        } catch {
          result = .failure(error)
        }
        await lanes.close()
        try result.get()
      }
    }
  }

  private func counter(
    _ lanes: DatabaseLanes, few: PreparedStatement = RegisteredCustomerQueries.counts.few
  ) -> RowCounter {
    RowCounter(
      lanes: lanes, memory: CountMemory(),
      statements: CountStatements(few: few, all: Self.endless, plan: RegisteredCustomerQueries.counts.plan))
  }

  private static let endless = PreparedStatement("endless_count", "SELECT 1 FROM pg_sleep(60)")

  private static let fill = "INSERT INTO customers (customer_id) SELECT generate_series(1, 30000)"

  /// The table was empty at the start, and PostgreSQL has not looked at it since. Lists are answered all the same, and who
  /// insists is told why there is no number.
  @Test func aTableThatGrewBeyondWhatCanBeCounted() async throws {
    try await withLanes { lanes, session in
      let counter = counter(lanes)
      #expect(try await counter.count(insists: false) == ListCount(rows: 0, source: .exact))
      try await session.run(script: Self.fill)
      for round in 1...5 {
        let count = try await counter.count(insists: false)
        #expect(count.source == .estimated)
        #expect((20_001...60_000).contains(count.rows), "\(count.rows)")
        guard round == 3 else { continue }
        let refused = await #expect(throws: Problem.self) { try await counter.count(insists: true) }
        #expect(refused?.status == .serviceUnavailable)
        #expect(refused?.detail.contains("count=exact") == true)
        #expect(refused?.headers == [Header("Retry-After", "60")])
      }
      try await session.run(
        script: "TRUNCATE customers CASCADE; INSERT INTO customers (customer_id) SELECT generate_series(1, 5)"
      )
      #expect(try await counter.count(insists: false) == ListCount(rows: 5, source: .exact))
    }
  }

  /// To count a few takes too long as well where many dead rows lie between them.
  @Test func evenAFewThatTakeTooLongAreEstimated() async throws {
    try await withLanes { lanes, session in
      try await session.run(script: Self.fill)
      let counter = counter(lanes, few: PreparedStatement("endless_few", "SELECT 1 FROM pg_sleep(60)"))
      for _ in 1...3 { #expect(try await counter.count(insists: false).source == .estimated) }
    }
  }
}
