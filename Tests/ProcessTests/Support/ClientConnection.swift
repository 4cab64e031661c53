import Foundation

/// An HTTP client that sends exactly what it is told to, one connection, blocking.
final class ClientConnection {
  enum Failure: Error, Equatable {
    /// Nobody listens.
    case refused
    /// The other side closed, or reset, before the first byte of an answer.
    case closed
    /// The other side closed, or reset, in the middle of an answer.
    case cut
    /// Nothing came in time.
    case silent
  }

  private let descriptor: Int32
  private var inbound: [UInt8] = []

  init(port: Int, patience: Double = 20) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw TestFailure("socket: \(errnoText())") }
    var limit = timeval(tv_sec: Int(patience), tv_usec: Int(patience * 1e6) % 1_000_000)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    let code = withLoopbackAddress(port: port) { connect(descriptor, $0, $1) }
    guard code == 0 else { throw errno == ECONNREFUSED ? Failure.refused : Failure.closed }
  }

  deinit { close(descriptor) }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure.closed }
      sent += count
    }
  }

  /// Reads the next answer; one to HEAD has no body whatever its length says.
  func answer(toHead: Bool = false) throws -> Response {
    let end = Array("\r\n\r\n".utf8)
    var searched = 0
    while true {
      if let split = firstIndex(of: end, from: max(0, searched - 3)) {
        let head = Array(inbound[..<split])
        var response = try Response(head: String(decoding: head, as: UTF8.self))
        let length = toHead ? 0 : Int(response["Content-Length"] ?? "0") ?? 0
        while inbound.count < split + 4 + length { try receive() }
        response.body = Array(inbound[(split + 4)..<(split + 4 + length)])
        inbound.removeFirst(split + 4 + length)
        return response
      }
      searched = inbound.count
      try receive()
    }
  }

  /// True if the other side has closed and sent nothing more.
  func isAtEnd() -> Bool {
    do {
      if inbound.isEmpty { try receive() }
      return false
    } catch {
      return error as? Failure == .closed
    }
  }

  private func receive() throws {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count > 0 {
      inbound += buffer[..<count]
    } else if count < 0, errno == EAGAIN {
      throw Failure.silent
    } else {
      throw inbound.isEmpty ? Failure.closed : Failure.cut
    }
  }

  private func firstIndex(of pattern: [UInt8], from start: Int) -> Int? {
    guard inbound.count >= start + pattern.count else { return nil }
    return (start...(inbound.count - pattern.count)).first { inbound[$0...].starts(with: pattern) }
  }
}

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
