public import EventLoop

/// A few pipelined connections on one loop.
///
/// Connections come and go by themselves: a lost one is opened again after a pause that grows to half a second.
/// While none is up, queries fail at once rather than wait.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of `loop` alone.
public final class PostgresPool: @unchecked Sendable {
  /// What bounds a pool.
  public struct Limits: Sendable {
    /// Connections, at least 1.
    public var connections = 2
    /// Queries without an answer per connection; beyond them ``PostgresError/overloaded``.
    public var queuedQueries = 1024
    /// Milliseconds after which PostgreSQL ends a statement itself.
    public var statementTimeout = 5000
    /// Milliseconds that a query waits for its answer, and after which a connection without any answer is given
    /// up. Looked at every half second.
    public var silence: UInt64 = 7000
    /// Milliseconds to connect, all hosts together.
    public var connectTimeout: UInt64 = 5000

    /// The defaults.
    public init() {}
  }

  /// What the pool tells whoever watches it.
  public enum Event: Sendable {
    /// A connection is up.
    case connected
    /// A connection broke.
    case lost(PostgresError)
    /// An attempt to connect failed.
    case cannotConnect(PostgresError)
  }

  /// The loop that it lives on.
  public let loop: Loop
  private let settings: ConnectionSettings
  private let limits: Limits
  private let onEvent: @Sendable (Event) -> Void
  private var connections: [PipelinedConnection?]
  private var keepers: [Task<Void, Never>] = []
  private var watchdog: LoopTimer?
  private var lastLook: UInt64 = 0
  private var isClosed = false
  /// Why the last connection was lost, or could not be made.
  public private(set) var lastError: PostgresError = .unavailable("not connected yet")

  /// Milliseconds between two looks at the connections.
  private static let lookInterval: UInt64 = 500
  /// Milliseconds without an answer after which other connections are preferred.
  private static let slowness: UInt64 = 50

  /// A pool at rest; ``start()`` connects it.
  public init(
    _ loop: Loop, _ settings: ConnectionSettings, _ limits: Limits = Limits(),
    onEvent: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.loop = loop
    self.settings = settings
    self.limits = limits
    self.onEvent = onEvent
    connections = Array(repeating: nil, count: max(1, limits.connections))
  }

  /// Begins to connect and waits for the first attempt of every connection. Failed ones go on trying until
  /// ``close()``.
  public func start() async {
    loop.assertCurrent()
    lastLook = loop.now
    let watchdog = LoopTimer(loop) { [weak self] in self?.look() }
    watchdog.start(after: Self.lookInterval, every: Self.lookInterval)
    self.watchdog = watchdog
    let attempts = connections.map { _ in Signal<Void>() }
    for (index, attempt) in attempts.enumerated() {
      keepers.append(loop.start { await self.keep(index, attempt) })
    }
    for attempt in attempts { _ = try? await attempt.wait(on: loop) }
  }

  /// True while at least one connection is up.
  public var isUp: Bool { connected > 0 }
  /// True while a connection is up and none has kept us waiting for longer than `limit` milliseconds. A probe
  /// every half second sees to it that there is always something to wait for.
  public func isResponsive(within limit: UInt64) -> Bool {
    isUp && !connections.contains { ($0?.silentSince).map { loop.now > $0 + limit } ?? false }
  }
  /// Connections that there should be.
  public var wanted: Int { connections.count }
  /// Connections that are up.
  public var connected: Int { connections.count { $0 != nil } }
  /// Queries that may be without an answer; more of them are refused.
  public var room: Int { connections.count * limits.queuedQueries }
  /// Queries without an answer.
  public var load: Int { connections.reduce(0) { $0 + ($1?.load ?? 0) } }

  // MARK: Queries

  /// Runs a query that changes nothing. It shares a round trip with other reads of the same turn, and is sent again
  /// if one of those fails.
  public func read(_ statement: PreparedStatement, _ values: [Value] = []) async throws -> Rows {
    try await send(.prepared(statement), .many(values), .read)
  }

  /// Runs a query with one `bigint` that changes nothing, at less cost.
  public func read(_ statement: PreparedStatement, _ first: Int64) async throws -> Rows {
    try await send(.prepared(statement), .one(first), .read)
  }

  /// Runs a query with two `bigint`s that changes nothing, at less cost.
  public func read(_ statement: PreparedStatement, _ first: Int64, _ second: Int64) async throws -> Rows {
    try await send(.prepared(statement), .two(first, second), .read)
  }

  /// Runs a query in a transaction of its own. It is never sent twice.
  public func write(_ statement: PreparedStatement, _ values: [Value] = []) async throws -> Rows {
    try await send(.prepared(statement), .many(values), .write)
  }

  /// Runs a query that is not worth a prepared statement, in a transaction of its own.
  public func query(_ sql: SQL) async throws -> Rows {
    try await send(.plain(sql.text), .many(sql.values), .write)
  }

  private func send(_ text: Ticket.Text, _ values: BoundValues, _ kind: Ticket.Kind) async throws -> Rows {
    loop.assertCurrent()
    return try await withUnsafeThrowingContinuation { continuation in
      // Chosen in here: other tasks may have run since the call, and they would all have seen the same load.
      do throws(PostgresError) {
        try submit(Ticket(text, values, kind, sentAt: loop.now, for: .task(continuation)))
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  /// Gives a query to a connection, which settles its ticket in any case.
  func submit(_ ticket: Ticket, urgent: Bool = false) throws(PostgresError) {
    try choose().submit(ticket, urgent: urgent)
  }

  /// The connection with the least to do, the first of several. One that has not answered for a while comes last
  /// whatever its load: it may be at a slow statement or waiting for a lock, with all others behind it.
  private func choose() throws(PostgresError) -> PipelinedConnection {
    if isClosed { throw .closed }
    var best: (connection: PipelinedConnection, cost: Int)?
    for connection in connections {
      guard let connection, connection.load < limits.queuedQueries else { continue }
      let isSlow = connection.silentSince.map { loop.now > $0 + Self.slowness } ?? false
      let cost = isSlow ? connection.load + limits.queuedQueries : connection.load
      if best == nil || best.map({ cost < $0.cost }) == true { best = (connection, cost) }
    }
    if let best { return best.connection }
    throw isUp ? .overloaded : .unavailable(lastError.reason)
  }

  // MARK: Connections

  /// Holds the place `index` filled for the pool's life.
  private func keep(_ index: Int, _ firstAttempt: Signal<Void>) async {
    defer { firstAttempt.finish(()) }
    var failures = 0
    while !isClosed {
      do {
        let connection = try await PipelinedConnection.open(loop, settings, limits)
        if isClosed { return connection.close(.closed) }
        // From here on nothing else runs until the loss, if there is one, has somebody to tell.
        if let loss = connection.loss { throw loss }
        let end = Signal<Void>()
        connection.onLoss = { [weak self] in
          self?.lost(index, $0)
          end.finish(())
        }
        connections[index] = connection
        failures = 0
        onEvent(.connected)
        firstAttempt.finish(())
        try await end.wait(on: loop)
      } catch {
        // Canceled by `close()`, or it could not connect.
        if isClosed { return }
        let reason = error as? PostgresError ?? .cannotConnect("\(error)")
        lastError = reason
        onEvent(.cannotConnect(reason))
        firstAttempt.finish(())
        failures += 1
      }
      try? await loop.sleep(milliseconds: Self.pause(after: failures))
    }
  }

  /// 50 ms, doubling to 400 ms, each spread by up to a quarter so that loops do not knock together.
  static func pause(after failures: Int) -> UInt64 {
    let pause = UInt64(50 << min(max(failures - 1, 0), 3))
    return pause + UInt64.random(in: 0...pause / 4)
  }

  private func lost(_ index: Int, _ error: PostgresError) {
    guard !isClosed, connections[index] != nil else { return }
    connections[index] = nil
    lastError = error
    onEvent(.lost(error))
  }

  /// A frozen server sends nothing, not even an error: the caller must not wait for ever. An idle connection is asked
  /// something, so that its end is noticed before a request meets it.
  private func look() {
    let now = loop.now
    // After a stop of our own (a signal, a suspended machine) the answers may lie in the sockets unread.
    let stoodStill = now > lastLook + 4 * Self.lookInterval
    lastLook = now
    guard !stoodStill, !isClosed else { return }
    for case let connection? in connections {
      guard let since = connection.silentSince else {
        connection.submit(Ticket(.plain("SELECT"), .none, .write, sentAt: now))
        continue
      }
      if now > since + limits.silence {
        connection.close(.timedOut)
      } else if now > limits.silence {
        connection.expire(before: now - limits.silence)
      }
    }
  }

  /// Closes all connections; queries without an answer fail with ``PostgresError/closed``.
  public func close() async {
    loop.assertCurrent()
    if !isClosed {
      isClosed = true
      watchdog?.close()
      for connection in connections { connection?.close(.closed) }
      connections = connections.map { _ in nil }
      for keeper in keepers { keeper.cancel() }
    }
    for keeper in keepers { await keeper.value }
  }
}

extension PostgresError {
  /// The text without the preamble, for use in another error.
  var reason: String {
    switch self {
    case .cannotConnect(let reason), .connectionLost(let reason), .unavailable(let reason): reason
    default: description
    }
  }
}
