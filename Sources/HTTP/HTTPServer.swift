internal import Bytes
public import EventLoop
internal import Gzip

/// An HTTP/1.1 server on one loop.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of `loop` alone.
public final class HTTPServer: @unchecked Sendable {
  /// The loop that it lives on.
  public let loop: Loop
  let router: Router
  let settings: ServerSettings
  let hooks: ServerHooks
  private var listener: TCPListener?
  private var clock: LoopTimer?
  private var connections: [ObjectIdentifier: HTTPConnection] = [:]
  private var emptied: [() -> Void] = []
  private let budget: ReaderBudget
  /// What happened to connections so far.
  public internal(set) var counts = ConnectionCounts()
  /// The clients' clock, in milliseconds: what their time limits are measured by.
  private(set) var time: UInt64 = 0
  private var lastTick: UInt64

  private var buffers: AnswerBuffers?
  private var compressor: GzipWriter?
  var responseHead = ResponseHead()
  var identifiers = RequestIdentifiers()

  /// True from ``drain(within:)`` on: answers close their connections.
  public private(set) var isDraining = false
  /// True from shortly before the end of the drain on: bodies that are still coming are refused.
  private(set) var isRefusingBodies = false

  /// A server that does not listen yet.
  public init(_ loop: Loop, router: Router, settings: ServerSettings = .init(), hooks: ServerHooks = .init())
  {
    self.loop = loop
    self.router = router
    self.settings = settings
    self.hooks = hooks
    budget = ReaderBudget(limit: settings.unreadBytes)
    lastTick = loop.now
  }

  /// Listens; returns the address with the real port.
  public func listen(on address: SocketAddress, reusePort: Bool = false) throws -> SocketAddress {
    loop.assertCurrent()
    let listener = try TCPListener(
      loop, on: address, reusePort: reusePort, inboundLimit: settings.head.head + 4096
    ) {
      [weak self] in self?.take($0)
    }
    self.listener = listener
    let clock = LoopTimer(loop) { [weak self] in self?.tick() }
    clock.start(after: settings.clockInterval, every: settings.clockInterval)
    self.clock = clock
    return listener.address ?? address
  }

  // MARK: Connections

  /// Connections that are open.
  public var connectionCount: Int { connections.count }

  /// Bytes of answers that readers have not taken yet and that are for holders of a key.
  public var unreadBytes: Int { budget[.keyed] }
  /// The same of answers to all others.
  public var openUnreadBytes: Int { budget[.others] }

  private func take(_ stream: TCPStream) {
    let share = ReaderShare(budget)
    let connection = HTTPConnection(self, stream, share)
    counts.accepted += 1
    connections[ObjectIdentifier(connection)] = connection
    if connections.count >= settings.connections { listener?.isPaused = true }
    stream.onPendingChange = { share.hold($0) }
    connection.task = loop.start {
      await connection.run()
      self.forget(connection)
    }
  }

  private func forget(_ connection: HTTPConnection) {
    connections[ObjectIdentifier(connection)] = nil
    if connections.count < settings.connections { listener?.isPaused = false }
    if connections.isEmpty { wakeDrains() }
  }

  private func tick() {
    // A loop that was held up, or a process that was stopped for a while, is not its clients' fault.
    time += min(loop.now - lastTick, 2 * settings.clockInterval)
    lastTick = loop.now
    for connection in connections.values { connection.checkTime(time) }
  }

  // MARK: The end

  /// Milliseconds in which a handshake that has begun comes to its end.
  private static let handshakeTime: UInt64 = 50
  /// Milliseconds before the end in which bodies are refused.
  private static let refusalTime: UInt64 = 1000

  /// Stops to listen and lets each connection finish its request and those that are on their way: connections at rest
  /// are read for a grace (``ServerSettings/drainGrace``), and every answer says that it is the last.
  ///
  /// A body that is still coming shortly before `limit` gets 503, while there is time for its client to read that.
  /// After `limit` milliseconds the rest is closed and its handlers are canceled. Returns when no connection is left,
  /// or a second after that, with the number of those whose handlers did not end even then.
  @discardableResult
  public func drain(within limit: UInt64) async -> Int {
    loop.assertCurrent()
    isDraining = true
    listener?.refuseNewcomers()
    try? await loop.sleep(milliseconds: min(Self.handshakeTime, limit))
    listener?.drainAndClose()
    let grace = LoopTimer(loop) { [weak self] in self?.closeResting() }
    grace.start(after: min(settings.drainGrace, limit))
    let bodies = LoopTimer(loop) { [weak self] in self?.refuseBodies() }
    bodies.start(after: limit - min(Self.refusalTime, limit / 2))
    let end = LoopTimer(loop) { [weak self] in self?.closeAll() }
    end.start(after: limit)
    let last = LoopTimer(loop) { [weak self] in self?.wakeDrains() }
    last.start(after: limit + 1000)
    if !connections.isEmpty {
      await withUnsafeContinuation { continuation in emptied.append { continuation.resume() } }
    }
    for timer in [grace, bodies, end, last] { timer.close() }
    clock?.close()
    return connections.count
  }

  private func wakeDrains() {
    let calls = emptied
    emptied = []
    for call in calls { call() }
  }

  private func closeResting() {
    for connection in connections.values { connection.closeIfAtRest() }
  }

  private func refuseBodies() {
    isRefusingBodies = true
    for connection in connections.values { connection.interruptBody() }
  }

  private func closeAll() {
    for connection in connections.values { connection.close() }
  }

  // MARK: Buffers

  /// The loop's buffers for an answer: one pair for all connections, since an answer is written and sent without a
  /// step in between. Taken out while in use, so that nothing else can reach them.
  func takeBuffers() -> AnswerBuffers { buffers.take() ?? AnswerBuffers() }

  /// Compresses on the loop, with one compressor for all connections, which is made when it is first wanted.
  func compress(_ answer: DeferredAnswer) {
    var writer = compressor.take() ?? GzipWriter(level: DeferredAnswer.level)
    answer.compress(by: &writer)
    compressor = consume writer
  }

  /// Puts the buffers back.
  func giveBack(_ used: consuming AnswerBuffers) {
    used.head.removeAll(keepingAtMost: 16 * 1024)
    used.body.removeAll(keepingAtMost: 1 << 20)
    buffers = consume used
  }
}
