public import EventLoop

/// A few pipelined connections on one loop.
///
/// Connections come and go by themselves: a lost one is opened again after a pause that grows to a second. While
/// none is up, queries fail at once rather than wait.
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
    /// Milliseconds without any answer after which a connection is given up.
    public var silence: UInt64 = 7000
    /// Milliseconds to connect.
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
  private var slots: [Slot]
  private var watchdog: LoopTimer?
  private var isClosed = false
  private var lastError: PostgresError = .unavailable("not connected yet")
  private var current = 0

  private struct Slot {
    var connection: PipelinedConnection?
    var failures = 0
    var task: Task<Void, Never>?
  }

  /// A pool at rest; ``start()`` connects it.
  public init(
    _ loop: Loop, _ settings: ConnectionSettings, _ limits: Limits = Limits(),
    onEvent: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.loop = loop
    self.settings = settings
    self.limits = limits
    self.onEvent = onEvent
    slots = Array(repeating: Slot(), count: max(1, limits.connections))
  }

  /// Begins to connect and waits for the first attempt of every connection. Failed ones go on trying.
  public func start() async {
    loop.assertCurrent()
    let watchdog = LoopTimer(loop) { [weak self] in self?.probe() }
    watchdog.start(after: 500, every: 500)
    self.watchdog = watchdog
    await withTaskGroup(of: Void.self) { group in
      for index in slots.indices {
        group.addTask { await self.connect(index) }
      }
    }
  }

  /// True while at least one connection is up.
  public var isUp: Bool { slots.contains { $0.connection != nil } }
  /// True while a connection is up and none has kept us waiting for longer than `limit` milliseconds. A probe
  /// every half second sees to it that there is always something to wait for.
  public func isResponsive(within limit: UInt64) -> Bool {
    isUp && !slots.contains { ($0.connection?.oldest).map { loop.now > $0 + limit } ?? false }
  }
  /// Connections that are up.
  public var connected: Int { slots.count { $0.connection != nil } }
  /// Commands without an answer.
  public var load: Int { slots.reduce(0) { $0 + ($1.connection?.load ?? 0) } }

  // MARK: Queries

  /// Runs a query that changes nothing. It shares a round trip with other reads of the same turn, and is sent again
  /// if one of those fails.
  public func read(_ statement: PreparedStatement, _ values: [Value]) async throws -> Rows {
    try await send(.prepared(statement), values, .read)
  }

  /// Runs a query in a transaction of its own.
  public func write(_ statement: PreparedStatement, _ values: [Value]) async throws -> Rows {
    try await send(.prepared(statement), values, .write)
  }

  /// Runs a query that is not worth a prepared statement, in a transaction of its own.
  public func query(_ sql: SQL) async throws -> Rows {
    try await send(.plain(sql.text), sql.values, .write)
  }

  private func send(_ text: Ticket.Text, _ values: [Value], _ kind: Ticket.Kind) async throws -> Rows {
    loop.assertCurrent()
    let connection = try choose()
    return try await withUnsafeThrowingContinuation { continuation in
      connection.submit(Ticket(text, values, kind, sentAt: loop.now, continuation))
    }
  }

  /// The connection with the least to do.
  private func choose() throws(PostgresError) -> PipelinedConnection {
    if isClosed { throw .closed }
    var best: PipelinedConnection?
    for offset in slots.indices {
      let index = (current + offset) % slots.count
      guard let connection = slots[index].connection else { continue }
      if let found = best, found.load <= connection.load { continue }
      best = connection
    }
    guard let best else { throw .unavailable(lastError.reason) }
    guard best.load < limits.queuedQueries else { throw .overloaded }
    return best
  }

  // MARK: Connections

  private func connect(_ index: Int) async {
    guard !isClosed else { return }
    do {
      let handle = try await ConnectionHandle.open(loop, settings, timeout: limits.connectTimeout)
      guard !isClosed else { return handle.close() }
      let connection = try PipelinedConnection(handle)
      connection.onLoss = { [weak self] in self?.lost(index, $0) }
      slots[index].connection = connection
      slots[index].failures = 0
      onEvent(.connected)
      let limit = "SET statement_timeout = \(limits.statementTimeout)"
      connection.submit(Ticket(.plain(limit), [], .write, sentAt: loop.now))
    } catch {
      let reason = error as? PostgresError ?? .cannotConnect("\(error)")
      guard slots[index].connection == nil else { return }
      lastError = reason
      if !isClosed { onEvent(.cannotConnect(reason)) }
      retry(index)
    }
  }

  private func lost(_ index: Int, _ error: PostgresError) {
    slots[index].connection = nil
    lastError = error
    guard !isClosed else { return }
    onEvent(.lost(error))
    retry(index)
  }

  /// 50 ms, doubling to 800 ms, each spread by up to a quarter so that loops do not knock together.
  private func retry(_ index: Int) {
    guard !isClosed else { return }
    let pause = UInt64(50 << min(slots[index].failures, 4))
    slots[index].failures += 1
    let spread = pause + UInt64.random(in: 0...pause / 4)
    slots[index].task = loop.start {
      do {
        try await self.loop.sleep(milliseconds: spread)
      } catch {
        return
      }
      await self.connect(index)
    }
  }

  /// A frozen server sends nothing, not even an error: the caller must not wait for ever. An idle connection is asked
  /// something, so that its end is noticed before a request meets it.
  private func probe() {
    for slot in slots {
      guard let connection = slot.connection else { continue }
      if let oldest = connection.oldest {
        if loop.now > oldest + limits.silence { connection.close(.timedOut) }
      } else {
        connection.submit(Ticket(.plain("SELECT"), [], .write, sentAt: loop.now))
      }
    }
  }

  /// Closes all connections; queries without an answer fail with ``PostgresError/closed``.
  public func close() async {
    loop.assertCurrent()
    guard !isClosed else { return }
    isClosed = true
    watchdog?.close()
    for index in slots.indices {
      slots[index].connection?.close(.closed)
      slots[index].connection = nil
    }
    for slot in slots {
      slot.task?.cancel()
      await slot.task?.value
    }
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
