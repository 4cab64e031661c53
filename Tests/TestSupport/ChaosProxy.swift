import EventLoop
import Glibc

/// A proxy that cuts, stalls, delays and trickles, on a loop of its own.
///
/// It stands between a client and a server that speak over TCP or a Unix socket. What it does to a connection
/// is a ``Mischief``, chosen when the connection comes; the calls on the whole proxy change all of them.
///
/// SAFETY: `@unchecked Sendable` since what changes is behind a lock, or touched on the proxy's loop alone.
public final class ChaosProxy: @unchecked Sendable {
  /// One end of a connection, on this machine.
  public enum Endpoint: Sendable {
    /// A port of 127.0.0.1; 0 takes a free one to listen on.
    case tcp(Int)
    /// A port of another address of this machine, such as `127.1.2.3`.
    case address(String, port: Int)
    /// The path of a Unix socket.
    case unix(String)
  }

  /// What was seen so far.
  public struct Count: Sendable, Equatable {
    /// Connections that came.
    public var connections = 0
    /// Bytes from clients that went on to the server.
    public var fromClients = 0
    /// Bytes from the server that went on to clients.
    public var fromServer = 0
    /// Connections that are open now.
    public var open = 0
  }

  private let thread: LoopThread
  private var loop: Loop { thread.loop }
  private let upstream: Endpoint
  private var listener: ChaosListener?
  private var relays: [ObjectIdentifier: ChaosRelay] = [:]
  private let counted = Locked(Count())
  private let choice: Locked<@Sendable (Int) -> Mischief>
  /// Where clients find the proxy.
  public private(set) var endpoint: Endpoint

  /// A proxy in front of `upstream`; `choose` gives the mischief for the connection of that number, from 0.
  public init(
    to upstream: Endpoint, at endpoint: Endpoint = .tcp(0),
    choose: @escaping @Sendable (Int) -> Mischief = { _ in Mischief() }
  ) async throws {
    self.upstream = upstream
    self.endpoint = endpoint
    choice = Locked(choose)
    thread = try Loop.start(name: "chaos")
    try await thread.loop.run { try self.listen() }
  }

  /// The port, if it listens on TCP.
  public var port: Int { if case .tcp(let port) = endpoint { port } else { 0 } }

  /// What was seen so far.
  public var count: Count { counted.withLock { $0 } }

  /// Changes what connections to come will meet.
  public func choose(_ choose: @escaping @Sendable (Int) -> Mischief) {
    choice.withLock { $0 = choose }
  }

  /// Ends all connections, in good order or with a reset.
  public func cutAll(resetting: Bool = false) async throws {
    try await loop.run { for relay in self.relays.values { relay.cut(resetting: resetting) } }
  }

  /// Stops passing anything on, for all connections that are open.
  public func stallAll() async throws {
    try await loop.run { for relay in self.relays.values { relay.stall(true) } }
  }

  /// Goes on after a stall.
  public func resumeAll() async throws {
    try await loop.run { for relay in self.relays.values { relay.stall(false) } }
  }

  /// Makes all connections that are open silent, as a network does that lets no packet through: nothing is passed on,
  /// acknowledged or reset, in either direction.
  public func vanishAll() async throws {
    try await loop.run { for relay in self.relays.values { try relay.vanish() } }
  }

  /// Stops listening: who connects now is refused.
  public func refuse() async throws {
    try await loop.run {
      self.listener?.close()
      self.listener = nil
    }
  }

  /// Listens again after ``refuse()``, at the same place.
  public func listen() async throws {
    try await loop.run { if self.listener == nil { try self.listen() } }
  }

  /// Ends it all. Returns the types of the handles that it left open: none.
  @discardableResult
  public func stop() async throws -> [String] {
    try await refuse()
    try await cutAll()
    return thread.stop()
  }

  /// Makes a proxy, hands it to `body` and stops it, whatever comes of it.
  public static func with(
    to upstream: Endpoint, at endpoint: Endpoint = .tcp(0),
    choose: @escaping @Sendable (Int) -> Mischief = { _ in Mischief() },
    _ body: (ChaosProxy) async throws -> Void
  ) async throws {
    let proxy = try await ChaosProxy(to: upstream, at: endpoint, choose: choose)
    do {
      try await body(proxy)
    } catch {
      try await proxy.stop()
      throw error
    }
    let left = try await proxy.stop()
    if !left.isEmpty { throw LeakedHandles(types: left) }
  }

  // MARK: On the loop

  private func listen() throws {
    let listener = try ChaosListener(loop, at: endpoint) { [weak self] in self?.accept($0) }
    endpoint = listener.endpoint
    self.listener = listener
  }

  private func accept(_ client: Int32) {
    let number = counted.withLock {
      $0.connections += 1
      $0.open += 1
      return $0.connections - 1
    }
    let mischief = choice.withLock { $0 }(number)
    let relay = ChaosRelay(loop, mischief) { [weak self] relay in
      self?.relays[ObjectIdentifier(relay)] = nil
      self?.counted.withLock { $0.open -= 1 }
    }
    relay.onPassed = { [weak self] direction, length in
      self?.counted.withLock {
        if direction == .toServer { $0.fromClients += length } else { $0.fromServer += length }
      }
    }
    relays[ObjectIdentifier(relay)] = relay
    relay.begin(client: client, upstream: upstream)
  }
}

/// What happens to one connection.
public struct Mischief: Sendable {
  /// Ends the connection as soon as it comes.
  public var refuses = false
  /// Takes the connection and what is sent, and never connects to the server.
  public var isSilent = false
  /// Ends the connection when so many bytes of the client have gone on.
  public var cutAfterClientBytes: Int?
  /// Ends the connection when so many bytes of the server have gone on.
  public var cutAfterServerBytes: Int?
  /// Passes nothing on any more when so many bytes of the server have gone on.
  public var stallAfterServerBytes: Int?
  /// Ends with a reset (`SO_LINGER` 0) rather than in good order.
  public var resets = false
  /// Milliseconds that an answer of the server is held.
  public var answerDelay: UInt64 = 0
  /// Passes the server's bytes on by so many at a time, each in a packet of its own.
  public var trickle: Int?

  /// No mischief.
  public init() {}

  /// Some mischief: `Mischief { $0.resets = true }`.
  public init(_ change: (inout Mischief) -> Void) { change(&self) }
}
