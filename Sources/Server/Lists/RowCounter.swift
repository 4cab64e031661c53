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
  let statements: CountStatements

  private var now: UInt64 { lanes.reads.loop.now }

  /// How many rows there are.
  func count(insists: Bool) async throws -> ListCount {
    switch memory.with({ $0.decision(now: now, insists: insists) }) {
    case .countFew: return try await countFew()
    case .countAll: return try await ExactCount.insisted { try await countAll() }
    case .kept(let rows, let age):
      countAside()
      return ListCount(rows: rows, source: .cached(seconds: age / 1000))
    case .estimate:
      let rows = try await estimate()
      if rows <= TableCount.cheapRows { return try await countFew() }
      countAside()
      return ListCount(rows: rows, source: .estimated)
    }
  }

  /// Counts as long as that is cheap, so that nobody stands behind it who wants a row.
  private func countFew() async throws -> ListCount {
    let began = now
    var rows: Int64 = .max
    do {
      rows = try await lanes.reads.read(statements.few).integer(0, 0) ?? 0
    } catch let error as PostgresError where error.isOutOfTime {
      // Between a few rows lie very many that are dead.
    }
    if rows <= TableCount.cheapRows {
      memory.with { [rows] in $0.take(rows, began: began, now: now) }
      return ListCount(rows: rows, source: .exact)
    }
    memory.with { $0.takeMany() }
    countAside()
    // The planner may not have heard of the rows yet.
    return ListCount(rows: max(try await estimate(), TableCount.cheapRows + 1), source: .estimated)
  }

  private func countAll() async throws -> ListCount {
    let pool = await lanes.slow.opened()
    let began = now
    let rows = try await pool.read(statements.all).integer(0, 0) ?? 0
    memory.with { $0.take(rows, began: began, now: now) }
    return ListCount(rows: rows, source: .exact)
  }

  private func estimate() async throws -> Int64 {
    QueryPlan.rows(try await lanes.reads.read(statements.plan)) ?? 0
  }

  /// Nobody waits for it, so it is no part of the request that found the number to be old.
  private func countAside() {
    guard memory.with({ $0.beginsCounting(now: now) }) else { return }
    lanes.slow.loop.start { [self] in
      do {
        _ = try await countAll()
      } catch {
        let tookTooLong = (error as? PostgresError)?.isOutOfTime ?? false
        memory.with { $0.fail(now: now, tookTooLong: tookTooLong) }
      }
    }
  }
}

/// What a ``RowCounter`` asks PostgreSQL.
struct CountStatements: Sendable {
  /// Gives the number of rows up to ``TableCount/cheapRows`` and one more.
  let few: PreparedStatement
  /// Gives the number of all.
  let all: PreparedStatement
  /// Gives the plan of a query for all, see ``QueryPlan``.
  let plan: PreparedStatement
}
