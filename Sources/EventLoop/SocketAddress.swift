internal import CLibUV
internal import Glibc

/// An IPv4 or IPv6 address with its port.
public struct SocketAddress: Sendable, CustomStringConvertible, Equatable {
  private var bytes: [UInt8]
  let family: Int32

  init?(_ address: UnsafePointer<sockaddr>) {
    family = Int32(address.pointee.sa_family)
    let length: Int
    switch family {
    case AF_INET: length = MemoryLayout<sockaddr_in>.size
    case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
    default: return nil
    }
    bytes = Array(UnsafeRawBufferPointer(start: address, count: length))
  }

  /// A numeric address; nil for a name, which has to be looked up.
  init?(numeric host: String, port: Int) {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    // With these flags it reads the text and does nothing else.
    guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return nil }
    defer { freeaddrinfo(list) }
    guard let address = list?.pointee.ai_addr else { return nil }
    self.init(address)
  }

  /// The address of a socket, by `getsockname` or `getpeername`.
  init?(descriptor: Int32, peer: Bool) {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let found: SocketAddress? = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        let result =
          peer ? getpeername(descriptor, address, &length) : getsockname(descriptor, address, &length)
        return result == 0 ? SocketAddress(address) : nil
      }
    }
    guard let found else { return nil }
    self = found
  }

  func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result) rethrows -> Result
  {
    try bytes.withUnsafeBytes { raw in
      guard let start = raw.baseAddress else { preconditionFailure("an address has bytes") }
      return try body(start.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
    }
  }

  /// The numeric address, without port or brackets.
  public var host: String {
    withSockaddr { address, _ in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
        guard let start = buffer.baseAddress, uv_ip_name(address, start, buffer.count) == 0 else {
          return "?"
        }
        return String(cString: start)
      }
    }
  }

  /// The port.
  public var port: Int { Int(bytes[2]) << 8 | Int(bytes[3]) }

  /// `127.0.0.1:5000`, `[::1]:5000`.
  public var description: String { family == AF_INET6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
