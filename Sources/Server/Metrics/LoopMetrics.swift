import EventLoop
import HTTP
import Postgres

/// What one loop counts. Plain numbers of that loop alone: to count takes no lock, and whoever asks comes to the loop
/// for a copy.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of `loop` alone.
final class LoopMetrics: @unchecked Sendable {
  let loop: Loop
  private let index: Int
  /// One for each route, and a last one for requests that found none.
  private var routes: [RouteTally] = []
  private var pool = PoolCounts()
  private var failures: [QueryFailure: UInt64] = [:]
  private var lag = Histogram()
  private var probe: LoopTimer?
  private var probeDue: UInt64 = 0

  /// Milliseconds between two looks at how late the loop is.
  private static let probeInterval: UInt64 = 250

  init(_ loop: Loop, index: Int) {
    self.loop = loop
    self.index = index
  }

  /// Begins to measure; `routes` is how many there are.
  func start(routes count: Int) {
    routes = Array(repeating: RouteTally(), count: count + 1)
    probeDue = Loop.nanoseconds + Self.probeInterval * 1_000_000
    let probe = LoopTimer(loop) { [weak self] in self?.look() }
    probe.start(after: Self.probeInterval, every: Self.probeInterval)
    self.probe = probe
  }

  func close() { probe?.close() }

  /// Counts an answer; `route` is nil where no route was found.
  func answered(route: Int?, status: Int, nanoseconds: UInt64) {
    routes[route ?? routes.count - 1].record(status: status, nanoseconds: nanoseconds)
  }

  /// Counts a request that failed.
  func failed(_ error: any Error) {
    failures[QueryFailure(error), default: 0] += 1
  }

  func noticed(_ event: PostgresPool.Event) {
    switch event {
    case .connected: pool.connects += 1
    case .lost: pool.losses += 1
    case .cannotConnect: pool.failures += 1
    }
  }

  /// A timer that comes late shows how long everything else on the loop has to wait.
  private func look() {
    let now = Loop.nanoseconds
    lag.record(nanoseconds: now > probeDue ? now - probeDue : 0)
    probeDue = now + Self.probeInterval * 1_000_000
  }

  /// A copy of all that was counted, with how things stand now.
  func snapshot(_ server: HTTPServer, _ database: DatabaseLanes) -> LoopSnapshot {
    loop.assertCurrent()
    return LoopSnapshot(
      index: index, routes: routes, pool: pool, failures: failures, lag: lag,
      longestTurn: loop.longestTurn, longestBlock: loop.longestBlock, bytesReceived: loop.bytesReceived,
      bytesSent: loop.bytesSent,
      connections: server.connectionCount, counts: server.counts, unreadBytes: server.unreadBytes,
      openUnreadBytes: server.openUnreadBytes, poolConnections: database.connected,
      poolWanted: database.wanted, poolRoom: database.room, poolLoad: database.load)
  }
}

/// What happened to the connections of a pool.
struct PoolCounts: Sendable {
  var connects: UInt64 = 0
  var losses: UInt64 = 0
  var failures: UInt64 = 0
}

/// What a loop had counted at one moment.
struct LoopSnapshot: Sendable {
  let index: Int
  let routes: [RouteTally]
  let pool: PoolCounts
  let failures: [QueryFailure: UInt64]
  let lag: Histogram
  /// Milliseconds.
  let longestTurn: UInt64
  /// Milliseconds, without the time in which the loop had no processor.
  let longestBlock: UInt64
  let bytesReceived: Int
  let bytesSent: Int
  let connections: Int
  let counts: ConnectionCounts
  let unreadBytes: Int
  let openUnreadBytes: Int
  let poolConnections: Int
  let poolWanted: Int
  let poolRoom: Int
  let poolLoad: Int
}

/// Why a request failed, as far as it is worth telling apart on a graph.
enum QueryFailure: String, CaseIterable, Sendable {
  case refused = "database_error"
  case unreachable = "database_unreachable"
  case lost = "connection_lost"
  case timedOut = "timed_out"
  case overloaded = "queue_full"
  case other

  init(_ error: any Error) {
    guard let error = error as? PostgresError else {
      self = .other
      return
    }
    switch error {
    case .server: self = .refused
    case .cannotConnect, .unavailable: self = .unreachable
    case .connectionLost: self = .lost
    case .timedOut: self = .timedOut
    case .overloaded: self = .overloaded
    case .closed, .unexpected: self = .other
    }
  }
}
