public import EventLoop
internal import Bytes

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

  /// Where bodies and heads are written before they go to a socket; one for all connections, since an answer is
  /// written and sent without a step in between.
  var bodyBuffer = ByteBuffer(capacity: 64 * 1024)
  var headBuffer = ByteBuffer(capacity: 1024)
  var responseHead = ResponseHead()
  var identifiers = RequestIdentifiers()

  /// Bytes of answers that readers have not taken yet.
  public private(set) var unreadBytes = 0
  /// True from ``drain(within:)`` on: answers close their connections.
  public private(set) var isDraining = false

  /// A server that does not listen yet.
  public init(_ loop: Loop, router: Router, settings: ServerSettings = .init(), hooks: ServerHooks = .init())
  {
    self.loop = loop
    self.router = router
    self.settings = settings
    self.hooks = hooks
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
    let clock = LoopTimer(loop) { [weak self] in self?.checkTimes() }
    clock.start(after: 250, every: 250)
    self.clock = clock
    return listener.address ?? address
  }

  /// Connections that are open.
  public var connectionCount: Int { connections.count }

  private func take(_ stream: TCPStream) {
    let connection = HTTPConnection(self, stream)
    connections[ObjectIdentifier(connection)] = connection
    if connections.count >= settings.connections { listener?.isPaused = true }
    // SAFETY: the stream is closed before the server goes.
    stream.onPendingChange = { [unowned self] in unreadBytes += $0 }
    loop.start {
      await connection.run()
      self.forget(connection)
    }
  }

  private func forget(_ connection: HTTPConnection) {
    connections[ObjectIdentifier(connection)] = nil
    if connections.count < settings.connections { listener?.isPaused = false }
    guard connections.isEmpty else { return }
    for call in emptied { call() }
    emptied.removeAll()
  }

  private func checkTimes() {
    for connection in connections.values { connection.checkTime(loop.now) }
  }

  /// Stops to listen, lets each connection finish the answer that it is at, and closes the rest after `limit`
  /// milliseconds. Returns when no connection is left.
  public func drain(within limit: UInt64) async {
    loop.assertCurrent()
    isDraining = true
    listener?.drainAndClose()
    for connection in connections.values { connection.endIfIdle() }
    if !connections.isEmpty {
      let timer = LoopTimer(loop) { [weak self] in self?.closeAll() }
      timer.start(after: limit)
      await withUnsafeContinuation { continuation in emptied.append { continuation.resume() } }
      timer.close()
    }
    clock?.close()
  }

  private func closeAll() {
    for connection in connections.values { connection.close() }
  }
}
