import EventLoop
import Glibc

/// A socket of a ``ChaosProxy`` with its poll.
final class ChaosSocket {
  enum Input {
    case bytes(ArraySlice<UInt8>)
    case nothing
    case end
    case failure
  }

  private let descriptor: Int32
  private let poll: Poll
  private var buffer = [UInt8](repeating: 0, count: 64 * 1024)

  /// `onEvent` gets nil when the poll has failed.
  init(_ loop: Loop, taking descriptor: Int32, onEvent: @escaping (Poll.Events?) -> Void) throws {
    self.descriptor = descriptor
    poll = try Poll(loop, descriptor: descriptor) { onEvent(try? $0.get()) }
  }

  func watch(reading: Bool, writing: Bool) {
    var events: Poll.Events = []
    if reading { events.insert(.readable) }
    if writing { events.insert(.writable) }
    try? poll.watch(events)
  }

  func read(upTo limit: Int) -> Input {
    let count = recv(descriptor, &buffer, min(limit, buffer.count), 0)
    if count > 0 { return .bytes(buffer[..<count]) }
    if count == 0 { return .end }
    return errno == EAGAIN || errno == EINTR ? .nothing : .failure
  }

  /// How many bytes the socket took; nil if it is broken.
  func write(_ bytes: ArraySlice<UInt8>) -> Int? {
    let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    if count >= 0 { return count }
    return errno == EAGAIN || errno == EINTR || errno == ENOTCONN ? 0 : nil
  }

  /// Lets the kernel drop every packet that comes for this socket before it looks at it, so that none is acknowledged.
  /// A Unix socket has no packets, and no such silence.
  func dropPackets() throws {
    guard PacketFilter.attach(to: descriptor) else {
      throw TestDatabase.Failure(description: "SO_ATTACH_FILTER: \(String(cString: strerror(errno)))")
    }
  }

  func finishWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

  func close(resetting: Bool) {
    poll.close()
    if resetting {
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    }
    Glibc.close(descriptor)
  }
}

/// The socket on which a ``ChaosProxy`` takes connections.
final class ChaosListener {
  let endpoint: ChaosProxy.Endpoint
  private let descriptor: Int32
  private var poll: Poll?

  init(_ loop: Loop, at wanted: ChaosProxy.Endpoint, onConnection: @escaping (Int32) -> Void) throws {
    descriptor = try wanted.newSocket()
    if case .unix(let path) = wanted { unlink(path) }
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    let descriptor = descriptor
    guard wanted.withAddress({ bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 128) == 0 else {
      let reason = String(cString: strerror(errno))
      Glibc.close(descriptor)
      throw TestDatabase.Failure(description: "the proxy cannot listen: \(reason)")
    }
    endpoint = wanted.bound(descriptor)
    poll = try Poll(loop, descriptor: descriptor) { _ in
      let accepted = accept(descriptor, nil, nil)
      guard accepted >= 0 else { return }
      _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
      _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
      onConnection(accepted)
    }
    try poll?.watch(.readable)
  }

  func close() {
    poll?.close()
    Glibc.close(descriptor)
    if case .unix(let path) = endpoint { unlink(path) }
  }
}

extension ChaosProxy.Endpoint {
  fileprivate func newSocket() throws -> Int32 {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let family = if case .unix = self { AF_UNIX } else { AF_INET }
    let made = socket(family, kind, 0)
    guard made >= 0 else {
      throw TestDatabase.Failure(description: "socket: \(String(cString: strerror(errno)))")
    }
    if family == AF_INET {
      var on: Int32 = 1
      setsockopt(made, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }
    return made
  }

  /// A socket that is connected, or on its way.
  func connectedSocket() throws -> Int32 {
    let made = try newSocket()
    if withAddress({ connect(made, $0, $1) }) == 0 || errno == EINPROGRESS { return made }
    let reason = String(cString: strerror(errno))
    close(made)
    throw TestDatabase.Failure(description: "the proxy cannot connect: \(reason)")
  }

  fileprivate func withAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    switch self {
    case .tcp(let port): return Self.address("127.0.0.1", port: port).withAddress(body)
    case .address(let host, let port):
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(port).bigEndian
      address.sin_addr.s_addr = inet_addr(host)
      return Self.withSockaddr(&address, body)
    case .unix(let path):
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
      return Self.withSockaddr(&address, body)
    }
  }

  private static func withSockaddr<Address, Result>(
    _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<Address>.size))
      }
    }
  }

  /// The same place, with the port that the kernel chose.
  fileprivate func bound(_ descriptor: Int32) -> Self {
    guard case .tcp = self else { return self }
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    return .tcp(Int(UInt16(bigEndian: address.sin_port)))
  }
}
