import Foundation

/// An HTTP client that sends exactly what it is told to, one connection, blocking.
///
/// SAFETY: `@unchecked Sendable` since sending touches the descriptor alone, which does not change: one thread may send
/// while another reads.
final class ClientConnection: @unchecked Sendable {
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
    descriptor = try connectLoopback(port: port)
    var limit = timeval(tv_sec: Int(patience), tv_usec: Int(patience * 1e6) % 1_000_000)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
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
      if let split = inbound.withUnsafeBytes({ $0.offset(of: end, from: max(0, searched - 3)) }) {
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
}
