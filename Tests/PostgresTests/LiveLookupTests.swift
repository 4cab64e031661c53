import EventLoop
import TestSupport
import Testing

@testable import Postgres

/// Rows looked up by their keys, many in one turn.
@Suite struct LiveLookupTests {
  /// Even numbers are there; each comes with how many keys its query had.
  private static let one = PreparedStatement(
    "lookup_one", "SELECT $1::bigint, 1 WHERE $1::bigint % 2 = 0")
  private static let many = PreparedStatement(
    "lookup_many",
    "SELECT key, cardinality($1::bigint[]) FROM unnest($1::bigint[]) AS key WHERE key % 2 = 0 ORDER BY key DESC"
  )
  /// Number 5 cannot be had.
  private static let brittleOne = PreparedStatement("brittle_one", "SELECT $1::bigint, 1 / ($1::bigint - 5)")
  private static let brittleMany = PreparedStatement(
    "brittle_many", "SELECT key, 1 / (key - 5) FROM unnest($1::bigint[]) AS key")

  private enum Found: Equatable {
    case row(Int64?, of: Int64?)
    case nothing
    case failure(String?)
  }

  private static func find(_ key: Int64, with lookup: RowLookup) async -> Found {
    do {
      guard let row = try await lookup.row(key) else { return .nothing }
      return .row(row.rows.integer(row.index, 0), of: row.rows.integer(row.index, 1))
    } catch {
      return .failure((error as? PostgresError)?.state?.code ?? "\(error)")
    }
  }

  /// Asks for all keys in one turn.
  private static func find(_ keys: [Int64], with lookup: RowLookup) async -> [Found] {
    await withTaskGroup(of: (Int, Found).self) { group in
      for (index, key) in keys.enumerated() { group.addTask { (index, await find(key, with: lookup)) } }
      var found = [Found](repeating: .nothing, count: keys.count)
      for await (index, answer) in group { found[index] = answer }
      return found
    }
  }

  @Test func aTurnAsksOnce() async throws {
    try await LivePool.with { live in
      let lookup = RowLookup(live.pool, one: Self.one, many: Self.many)
      for count in [1, 2, 3, RowLookup.keysPerQuery] {
        let keys = (0..<count).map { Int64($0 * 7 % 50) }
        let found = await Self.find(keys, with: lookup)
        for (key, found) in zip(keys, found) {
          #expect(found == (key % 2 == 0 ? .row(key, of: Int64(count)) : .nothing))
        }
      }
    }
  }

  @Test func extremeKeysAreFound() async throws {
    try await LivePool.with { live in
      let lookup = RowLookup(live.pool, one: Self.one, many: Self.many)
      let keys: [Int64] = [.min, .max - 1, 0, -2, .max, .min]
      let found = await Self.find(keys, with: lookup)
      #expect(found == keys.map { $0 % 2 == 0 ? .row($0, of: 6) : .nothing })
    }
  }

  @Test func manyKeysAreSpreadOverQueries() async throws {
    try await LivePool.with { live in
      let lookup = RowLookup(live.pool, one: Self.one, many: Self.many)
      let limit = RowLookup.keysPerQuery
      let found = await Self.find((0..<Int64(2 * limit + 1)).map { $0 * 2 }, with: lookup)
      let sizes = found.map { if case .row(_, let size) = $0 { size } else { nil as Int64? } }
      #expect(sizes.count { $0 == Int64(limit) } == 2 * limit)
      #expect(sizes.count { $0 == 1 } == 1)
    }
  }

  @Test func aRowThatFailsHarmsNobodyElse() async throws {
    try await LivePool.with { live in
      let lookup = RowLookup(live.pool, one: Self.brittleOne, many: Self.brittleMany)
      let found = await Self.find([4, 5, 6, 5, 8], with: lookup)
      #expect(
        found == [
          .row(4, of: -1), .failure("22012"), .row(6, of: 1), .failure("22012"), .row(8, of: 0),
        ])
      #expect(live.pool.load == 0)
    }
  }

  /// Each key alone would take as long once more, and be no better off.
  @Test func aQueryThatTookTooLongIsNotAskedAgain() async throws {
    let sleeping = PreparedStatement(
      "sleeping_many", "SELECT key, pg_sleep(60) IS NULL FROM unnest($1::bigint[]) AS key")
    try await LivePool.with(.with { $0.statementTimeout = 200 }) { live in
      let lookup = RowLookup(live.pool, one: Self.one, many: sleeping)
      let found = await Self.find([2, 4, 6, 8], with: lookup)
      #expect(found == [Found](repeating: .failure("57014"), count: 4))
      #expect(live.pool.load == 0)
    }
  }

  @Test func withoutAConnectionEachFails() async throws {
    try await LivePool.with { live in
      let lookup = RowLookup(live.pool, one: Self.one, many: Self.many)
      await live.pool.close()
      let found = await Self.find([1, 2, 3], with: lookup)
      for answer in found {
        guard case .failure = answer else {
          Issue.record("\(answer)")
          continue
        }
      }
    }
  }

  /// Small arrays look cheaper to the planner than those whose length it does not know; it must not plan each anew.
  @Test func plansAreMadeOnce() async throws {
    try await LivePool.with { live in
      try await expect("force_generic_plan") {
        try await live.pool.query("SELECT current_setting('plan_cache_mode')").text(0, 0)
      }
    }
  }
}
