import EventLoop
import TestSupport
import Testing

@testable import HTTP

/// A server on a loop of its own, for one test.
///
/// SAFETY: `@unchecked Sendable` since it is used on its loop alone.
final class LiveServer: @unchecked Sendable {
  let loop: Loop
  let server: HTTPServer
  let address: SocketAddress
  private var clients: [LiveClient] = []

  private init(_ loop: Loop, _ server: HTTPServer, _ address: SocketAddress) {
    self.loop = loop
    self.server = server
    self.address = address
  }

  /// Runs `body` with a server, and proves that nothing of it is left in the end.
  static func with(
    _ routes: [Route], settings: ServerSettings = .quick, hooks: ServerHooks = .init(),
    _ body: @escaping @Sendable (LiveServer) async throws -> Void
  ) async throws {
    try await turnstile.pass {
      try await run(routes, settings, hooks, body)
    }
  }

  private static let turnstile = Turnstile(width: 4)

  private static func run(
    _ routes: [Route], _ settings: ServerSettings, _ hooks: ServerHooks,
    _ body: @escaping @Sendable (LiveServer) async throws -> Void
  ) async throws {
    try await onLoop { loop in
      let any = try #require(try await loop.resolve(host: "127.0.0.1", port: 0).first)
      let server = HTTPServer(loop, router: Router(routes), settings: settings, hooks: hooks)
      let live = LiveServer(loop, server, try server.listen(on: any))
      do {
        try await body(live)
      } catch {
        await live.end()
        throw error
      }
      await live.end()
      #expect(server.connectionCount == 0)
      #expect(server.unreadBytes == 0 && server.openUnreadBytes == 0)
      #expect(try Descriptors.count(ofPort: live.address.port) == 0)
    }
  }

  private func end() async {
    for client in clients { client.close() }
    let left = await server.drain(within: 2000)
    #expect(left == 0)
    // What was still pending is given back in the turn after.
    try? await loop.sleep(milliseconds: 1)
  }

  /// A new connection, closed at the end of the test at the latest.
  func connect() async throws -> LiveClient { try await connect(holding: 1 << 24) }

  /// A new connection that takes no more than it is asked to.
  func connectSlowly() async throws -> LiveClient { try await connect(holding: 1) }

  private func connect(holding limit: Int) async throws -> LiveClient {
    let client = LiveClient(try await TCPStream.connect(loop, to: address, inboundLimit: limit))
    clients.append(client)
    return client
  }

  /// One request on a connection of its own, which is closed behind it.
  func ask(_ request: String) async throws -> Answer {
    let client = try await connect()
    defer { client.close() }
    client.send(request)
    return try await client.answer(toHEAD: request.hasPrefix("HEAD"))
  }
}

extension ServerSettings {
  /// The defaults, but without a wait at the end.
  static var quick: ServerSettings {
    var settings = ServerSettings()
    settings.drainGrace = 0
    return settings
  }
}
