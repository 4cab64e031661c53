import EventLoop
import Glibc
import Options

/// `health`: asks a running server's `/readyz`; exit 0 if it is ready.
struct HealthCommand: Sendable {
  let host: String
  let port: Int
  /// Milliseconds for the whole exchange.
  private static let limit: UInt64 = 3000

  init(_ options: ParsedOptions) {
    let address = options[ServerOptions.askedHost]
    // A server that listens on all addresses is asked on one of them.
    host = ["0.0.0.0", "::"].contains(address) ? "127.0.0.1" : address
    port = options[ServerOptions.askedPort]
  }

  func run(on loop: Loop) async -> Int32 {
    do {
      let answer = try await withThrowingTaskGroup(of: String.self) { group in
        group.addTask { try await ask(loop) }
        group.addTask {
          try await loop.sleep(milliseconds: Self.limit)
          throw StartError(description: "no answer within \(Self.limit / 1000) s")
        }
        defer { group.cancelAll() }
        return try await group.next() ?? ""
      }
      let isReady = answer.hasPrefix("HTTP/1.1 200")
      say(isReady ? "ready" : "not ready: \(answer.split(separator: "\r\n").last ?? "")")
      return isReady ? 0 : 1
    } catch {
      complain("server: \(host):\(port): \(error)")
      return 1
    }
  }

  private func ask(_ loop: Loop) async throws -> String {
    guard let address = try await loop.resolve(host: host, port: port).first else { return "" }
    let stream = try await TCPStream.connect(loop, to: address)
    defer { stream.close() }
    let request = Array("GET /readyz HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n".utf8)
    request.withUnsafeBytes { stream.write($0) }
    do {
      try await stream.closingOnCancel { while true { try await stream.readMore() } }
      return stream.inbound.text()
    } catch let error as UVError where error == .endOfFile {
      return stream.inbound.text()
    }
  }
}
