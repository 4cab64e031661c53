import EventLoop
import Postgres

/// A loop's connections to PostgreSQL. On one connection everything goes one after the other, so what may wait or take
/// long has connections of its own: nobody who reads a row stands behind somebody else's lock, disk or count.
struct DatabaseLanes: Sendable {
  /// For what takes well under a millisecond.
  let reads: PostgresPool
  /// For changes, see ``Writes``.
  let writes: DatabaseLane
  /// For exact counts and deep offsets.
  let slow: DatabaseLane

  /// Connections of the lane ``slow``: whoever asks for what is slow waits for others who do.
  static let slowConnections = 1
  /// Queries of the lane ``slow`` that may be without an answer. PostgreSQL does all that were sent, also for those who
  /// have given up: so no more are than come to their end soon, and whoever comes now is told at once.
  static let slowQueries = 8

  private var all: [PostgresPool] { [reads] + [writes, slow].filter(\.isOpen).map(\.pool) }

  func start() async { await reads.start() }

  func close() async {
    await writes.close()
    await slow.close()
    await reads.close()
  }

  /// Connections that are up.
  var connected: Int { all.reduce(0) { $0 + $1.connected } }
  /// Connections that are wanted.
  var wanted: Int { all.reduce(0) { $0 + $1.wanted } }
  /// Queries that may be without an answer.
  var room: Int { all.reduce(0) { $0 + $1.room } }
  /// Queries without an answer.
  var load: Int { all.reduce(0) { $0 + $1.load } }
}

extension DatabaseLanes {
  init(
    _ loop: Loop, _ settings: ServeSettings, onEvent: @escaping @Sendable (PostgresPool.Event) -> Void
  ) {
    func pool(_ connections: Int, queuing queries: Int = settings.pool.queuedQueries) -> PostgresPool {
      var limits = settings.pool
      limits.connections = connections
      limits.queuedQueries = queries
      return PostgresPool(loop, settings.database, limits, onEvent: onEvent)
    }
    reads = pool(settings.pool.connections)
    writes = DatabaseLane(pool(settings.writeConnections))
    slow = DatabaseLane(
      pool(Self.slowConnections, queuing: min(Self.slowQueries, settings.pool.queuedQueries)))
  }
}

/// Connections that are opened when they are first needed: who only reads takes no more of PostgreSQL's than that.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of its loop alone.
final class DatabaseLane: @unchecked Sendable {
  fileprivate let pool: PostgresPool
  private var opening: Task<Void, Never>?
  private(set) var isOpen = false
  private var isClosed = false

  init(_ pool: PostgresPool) { self.pool = pool }

  var loop: Loop { pool.loop }
  /// Connections that there should be.
  var connections: Int { pool.wanted }

  /// The connections, after the first attempt to open them.
  func opened() async -> PostgresPool {
    if isOpen || isClosed { return pool }
    let opening =
      opening
      ?? loop.start { [self] in
        await pool.start()
        isOpen = true
      }
    self.opening = opening
    await opening.value
    return pool
  }

  func close() async {
    isClosed = true
    await opening?.value
    await pool.close()
  }
}
