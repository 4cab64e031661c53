import EventLoop
import Postgres
import TestSupport
import Testing

@testable import Server

/// Which changes go together, on a real PostgreSQL: the rows say who wrote them with whom.
@Suite struct SharedWritesTests {
  /// What was asked for, in order: `alone 1`, `together 2 3`.
  private final class Record: Sendable {
    let lines = Locked<[String]>([])
    func note(_ line: String) { lines.withLock { $0.append(line) } }
  }

  private static let select = PreparedStatement("shared_writes_test", "SELECT $1::bigint")
  private static let fails = PreparedStatement("shared_writes_test_fails", "SELECT 1 / $1::bigint")

  /// Writes the items at once, over one connection whose first write waits until all have come.
  private func write(
    _ items: [Int64], _ record: Record,
    together: @escaping @Sendable ([Int64], DatabaseLane) async throws -> [Row?]
  ) async throws -> [Int64] {
    let result = Locked<[Int64]>([])
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        var limits = PostgresPool.Limits()
        limits.connections = 1
        let lane = DatabaseLane(PostgresPool(loop, database.settings, limits))
        let shared = SharedWrites<Int64>(lane) { items in
          record.note("together \(items.map { "\($0)" }.joined(separator: " "))")
          return try await together(items, lane)
        }
        let gate = Locked(0)
        let written = try await ServerTests.together(items.count) { index in
          let row = try await { () async throws -> Row in
            gate.withLock { $0 += 1 }
            return try await shared.write(items[index]) {
              record.note("alone \(items[index])")
              try await loop.eventually("all have come") { gate.withLock { $0 } == items.count }
              return try await lane.opened().write(Self.select, [.int8(items[index])])[0]
            }
          }()
          return row.cells[0].map { Int64(bigEndian: $0.loadUnaligned(as: Int64.self)) } ?? 0
        }
        result.withLock { $0 = written }
        await lane.close()
      }
    }
    return result.withLock { $0 }
  }

  private static func rows(_ items: [Int64], _ lane: DatabaseLane) async throws -> [Row?] {
    var rows: [Row?] = []
    for item in items { rows.append(try await lane.opened().write(select, [.int8(item)])[0]) }
    return rows
  }

  @Test func whoComesMeanwhileGoesTogether() async throws {
    let record = Record()
    let found = try await write([1, 2, 3, 4], record) { try await Self.rows($0, $1) }
    #expect(found == [1, 2, 3, 4])
    #expect(record.lines.withLock { $0 } == ["alone 1", "together 2 3 4"])
  }

  @Test func whoWasNotWrittenGoesAlone() async throws {
    let record = Record()
    let found = try await write([1, 2, 3, 4], record) { items, lane in
      try await Self.rows(items, lane).enumerated().map { $0.offset == 0 ? $0.element : nil }
    }
    #expect(found == [1, 2, 3, 4])
    #expect(record.lines.withLock { Set($0) } == ["alone 1", "together 2 3 4", "alone 3", "alone 4"])
  }

  /// An error of one is not that of the others.
  @Test func afterAnErrorAllGoAlone() async throws {
    let record = Record()
    let found = try await write([1, 2, 3], record) { items, lane in
      [try await lane.opened().write(Self.fails, [.int8(0)])[0]]
    }
    #expect(found == [1, 2, 3])
    #expect(record.lines.withLock { Set($0) } == ["alone 1", "together 2 3", "alone 2", "alone 3"])
  }
}
