import EventLoop
import Testing

@testable import HTTP

@Suite(.timeLimit(.minutes(5))) struct ConnectionLimitTests {
  static let routes = [Route(.get, "/") { _, response in response.json { $0.append("{}") } }]

  static var settings: ServerSettings {
    var settings = ServerSettings.quick
    settings.connections = 2
    return settings
  }

  @Test func moreWaitInTheQueueAndAreServedInTurn() async throws {
    try await LiveServer.with(Self.routes, settings: Self.settings) { live in
      var clients: [LiveClient] = []
      for _ in 0..<8 { clients.append(try await live.connect()) }
      for client in clients { client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
      #expect(try await clients[0].answer().status == 200)
      #expect(try await clients[1].answer().status == 200)
      try await live.loop.sleep(milliseconds: 20)
      #expect(live.server.connectionCount == 2)
      #expect(clients[2].stream.inbound.count == 0)
      for index in 2..<8 {
        clients[index - 2].close()
        #expect(try await clients[index].answer().status == 200)
        #expect(live.server.connectionCount <= 2)
      }
    }
  }

  /// Who waits in the queue has been accepted by the kernel, so a drain serves him too.
  @Test func aDrainServesThoseWhoWait() async throws {
    var settings = Self.settings
    settings.drainGrace = 5000
    try await LiveServer.with(Self.routes, settings: settings) { live in
      var clients: [LiveClient] = []
      for _ in 0..<6 { clients.append(try await live.connect()) }
      for client in clients { client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
      #expect(try await clients[0].answer().status == 200)
      #expect(try await clients[1].answer().status == 200)
      async let left = live.server.drain(within: 10_000)
      for client in clients[2...] {
        let answer = try await client.answer()
        #expect(answer.status == 200)
        #expect(answer["Connection"] == "close")
        client.close()
      }
      clients[0].close()
      clients[1].close()
      #expect(await left == 0)
    }
  }
}
