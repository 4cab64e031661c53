import Foundation

/// Calls `body` with the address of a port at 127.0.0.1.
func withLoopbackAddress<Result>(
  port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = in_port_t(port).bigEndian
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  return withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}

/// A connection to a port at 127.0.0.1.
func connectLoopback(port: Int) throws -> Int32 {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  guard descriptor >= 0 else { throw TestFailure("socket: \(errnoText())") }
  var on: Int32 = 1
  setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  guard withLoopbackAddress(port: port, { connect(descriptor, $0, $1) }) == 0 else {
    let isRefused = errno == ECONNREFUSED
    close(descriptor)
    throw isRefused ? ClientConnection.Failure.refused : ClientConnection.Failure.closed
  }
  return descriptor
}

/// The port that a socket is bound to.
func boundPort(of descriptor: Int32) -> Int {
  var address = sockaddr_in()
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  _ = withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
  }
  return Int(in_port_t(bigEndian: address.sin_port))
}
