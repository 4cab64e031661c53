import EventLoop
import HTTP
import Postgres
import Synchronization

/// How many rows a list has, and how that is known.
struct ListCount: Equatable, Sendable {
  enum Source: Equatable, Sendable {
    case exact
    /// Counted so many seconds ago.
    case cached(seconds: UInt64)
    /// What the planner of PostgreSQL thinks.
    case estimated
  }

  var rows: Int64
  var source: Source

  /// What says in the answer how the count is known.
  var header: Header {
    switch source {
    case .exact: Header("X-Count", "exact")
    case .cached(let seconds): Header("X-Count", "cached; age=\(seconds)")
    case .estimated: Header("X-Count", "estimated")
    }
  }

  /// True if a client insists on an exact count: `Prefer: count=exact` (RFC 7240).
  static func isInsistedOn(by request: Request) -> Bool {
    request.header("prefer").map { preferences in
      preferences.split(separator: ",").contains { $0.filter { $0 != " " } == "count=exact" }
    } ?? false
  }
}

/// What is known of a table's rows, shared by all loops.
final class CountMemory: Sendable {
  private let count = Mutex(TableCount())

  func with<Result: Sendable>(_ body: (inout TableCount) -> Result) -> Result {
    count.withLock { body(&$0) }
  }
}

/// Counts the rows of a table: exactly where that is cheap, from memory elsewhere, and aside when that grows old.
struct RowCounter: Sendable {
  let lanes: DatabaseLanes
  let memory: CountMemory
  /// Gives the exact number.
  let exact: PreparedStatement
  /// Gives what the planner thinks, -1 if it never looked.
  let estimate: PreparedStatement

  private var now: UInt64 { lanes.reads.loop.now }

  /// How many rows there are.
  func count(insists: Bool) async throws -> ListCount {
    switch memory.with({ $0.decision(now: now, insists: insists) }) {
    case .count: return try await countNow(on: insists ? await lanes.slow.opened() : lanes.reads)
    case .kept(let rows, let age):
      countAside()
      return ListCount(rows: rows, source: .cached(seconds: age / 1000))
    case .estimate:
      let rows = try await lanes.reads.read(estimate).integer(0, 0) ?? -1
      if rows <= TableCount.cheapRows { return try await countNow(on: await lanes.slow.opened()) }
      countAside()
      return ListCount(rows: rows, source: .estimated)
    }
  }

  private func countNow(on pool: PostgresPool) async throws -> ListCount {
    let began = now
    let rows = try await pool.read(exact).integer(0, 0) ?? 0
    memory.with { $0.take(rows, began: began, now: now) }
    return ListCount(rows: rows, source: .exact)
  }

  /// Nobody waits for it, so it is no part of the request that found the number to be old.
  private func countAside() {
    guard memory.with({ $0.beginsCounting(now: now) }) else { return }
    lanes.slow.loop.start { [self] in
      do {
        _ = try await countNow(on: await lanes.slow.opened())
      } catch {
        memory.with { $0.fail(now: now) }
      }
    }
  }
}
