internal import CLibUV
internal import Glibc

/// A listening TCP socket on a loop.
public final class TCPListener: LoopHandle, @unchecked Sendable {  // SAFETY: as LoopHandle.
  private let onConnection: (TCPStream) -> Void
  private let inboundLimit: Int
  private var hasWaiting = false
  private var descriptor: Int32 = -1

  /// Set to hold new connections back in the kernel's queue; reset to take them again.
  public var isPaused = false {
    didSet { if !isPaused, hasWaiting { accept() } }
  }

  /// The address that it listens on, with the real port where 0 was asked for.
  public private(set) var address: SocketAddress?

  /// Listens on `address`. With `reusePort` several loops may listen on the same one, and the kernel spreads the
  /// connections; libuv 1.44 has no flag for it, so the socket is made here.
  public init(
    _ loop: Loop, on address: SocketAddress, reusePort: Bool = false, backlog: Int32 = 1024,
    inboundLimit: Int = 64 * 1024, onConnection: @escaping (TCPStream) -> Void
  ) throws(UVError) {
    self.onConnection = onConnection
    self.inboundLimit = inboundLimit
    super.init(loop, uv_tcp_t.self)
    try check(uv_tcp_init(loop.uv, typed(as: uv_tcp_t.self)), "uv_tcp_init")
    didInitialize()
    do throws(UVError) {
      try open(address, reusePort: reusePort)
      try check(
        uv_listen(loop_as_stream(raw), backlog) { handle, status in
          guard status == 0, let listener = LoopHandle.from(handle, as: TCPListener.self), !listener.isClosed
          else {
            return
          }
          listener.loop.turn {
            listener.hasWaiting = true
            if !listener.isPaused { listener.accept() }
          }
        }, "uv_listen")
    } catch {
      close()
      throw error
    }
    self.address = SocketAddress(descriptor: descriptor, peer: false)
  }

  private func open(_ address: SocketAddress, reusePort: Bool) throws(UVError) {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let made = try checkSystem(socket(address.family, kind, 0), "socket")
    do throws(UVError) {
      try set(made, SO_REUSEADDR)
      if reusePort { try set(made, SO_REUSEPORT) }
      try checkSystem(address.withSockaddr { bind(made, $0, $1) }, "bind")
      try check(uv_tcp_open(typed(as: uv_tcp_t.self), made), "uv_tcp_open")
      descriptor = made
    } catch {
      Glibc.close(made)
      throw error
    }
  }

  private func set(_ socket: Int32, _ option: Int32) throws(UVError) {
    var on: Int32 = 1
    try checkSystem(
      setsockopt(socket, SOL_SOCKET, option, &on, socklen_t(MemoryLayout<Int32>.size)), "setsockopt")
  }

  private func accept() {
    hasWaiting = false
    guard let stream = try? TCPStream(loop, inboundLimit: inboundLimit) else { return }
    guard uv_accept(loop_as_stream(raw), loop_as_stream(stream.raw)) == 0 else {
      stream.close()
      return
    }
    stream.didConnect()
    onConnection(stream)
  }

  /// Lets the kernel begin no more connections for this listener; those that have begun go on.
  ///
  /// Between the last `accept` and the close there is a gap, and a connection that the kernel accepts in it would be
  /// reset. So call this first, give handshakes under way a moment, and then ``drainAndClose()``. Best effort: a kernel
  /// without socket filters leaves the gap open.
  public func refuseNewcomers() {
    loop.assertCurrent()
    guard !isClosed else { return }
    _ = loop_drop_newcomers(descriptor)
  }

  /// Takes in all that waits in the kernel's queue and then stops listening.
  ///
  /// Closing alone would reset connections that the kernel has already accepted for us.
  public func drainAndClose() {
    loop.assertCurrent()
    guard !isClosed else { return }
    isPaused = false
    while true {
      let accepted = loop_accept(descriptor)
      guard accepted >= 0, let stream = try? TCPStream(loop, inboundLimit: inboundLimit) else { break }
      guard uv_tcp_open(stream.typed(as: uv_tcp_t.self), accepted) == 0 else {
        Glibc.close(accepted)
        stream.close()
        continue
      }
      stream.didConnect()
      onConnection(stream)
    }
    close()
  }
}

extension TCPListener {
  /// Throws if somebody else listens on `address`. With port sharing, the kernel would let a second server in
  /// unnoticed and give it half of the connections.
  public static func requireFree(_ loop: Loop, _ address: SocketAddress) throws(UVError) {
    try TCPListener(loop, on: address) { $0.close() }.close()
  }
}
