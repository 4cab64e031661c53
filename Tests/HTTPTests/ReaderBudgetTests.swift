import EventLoop
import Testing

@testable import HTTP

/// What slow readers may hold of the server's memory.
@Suite(.timeLimit(.minutes(5))) struct ReaderBudgetTests {
  static let size = 8 << 20

  static let routes: [Route] = [
    Route(.get, "/bulk", isBulk: true) { _, response in
      response.send(type: "text/plain") { body in
        body.append(filler: size)
      }
    },
    Route(.get, "/late", isBulk: true) { request, response in
      try await request.loop.sleep(milliseconds: 30)
      response.send(type: "text/plain") { body in
        body.append(filler: size)
      }
    },
    Route(.get, "/open", access: .open, isBulk: true) { _, response in
      response.send(type: "image/png") { body in
        body.append(filler: size)
      }
    },
    Route(.get, "/small") { _, response in response.json { $0.append("{}") } },
  ]

  static var settings: ServerSettings {
    var settings = ServerSettings.quick
    settings.unreadBytes = 1 << 20
    return settings
  }

  @Test func beyondTheBudgetBulkIsRefusedUntilItIsRead() async throws {
    try await LiveServer.with(Self.routes, settings: Self.settings) { live in
      let slow = try await live.connectSlowly()
      slow.send("GET /bulk HTTP/1.1\r\nHost: a\r\n\r\n")
      try await live.loop.eventually("the answer waits") { live.server.unreadBytes > 1 << 20 }
      let other = try await live.connect()
      let refused = try await other.get("/bulk")
      #expect(refused.status == 503)
      #expect(refused["Retry-After"] == "1")
      #expect(refused["Connection"] == nil)
      #expect(try await other.get("/small").status == 200)
      #expect(try await slow.answer().body.utf8.count == Self.size)
      try await live.loop.eventually("all is read") { live.server.unreadBytes == 0 }
      #expect(try await other.get("/bulk").status == 200)
    }
  }

  /// Those who need no key have a budget of their own, an eighth of the other: neither takes anything from the other.
  @Test(arguments: [("/open", "/bulk"), ("/bulk", "/open")])
  func readersWithAndWithoutAKeyAreApart(_ held: String, _ other: String) async throws {
    var settings = Self.settings
    settings.unreadBytes = 512 << 10
    try await LiveServer.with(Self.routes, settings: settings) { live in
      let slow = try await live.connectSlowly()
      slow.send("GET \(held) HTTP/1.1\r\nHost: a\r\n\r\n")
      func bytes(_ path: String) -> Int {
        path == "/open" ? live.server.openUnreadBytes : live.server.unreadBytes
      }
      try await live.loop.eventually("the answer waits") { bytes(held) > 1 << 20 }
      #expect(bytes(other) == 0)
      let client = try await live.connect()
      let refused = try await client.get(held)
      #expect(refused.status == 503)
      #expect(refused["Retry-After"] == "1")
      #expect(try await client.get(other).status == 200)
      #expect(try await client.get("/small").status == 200)
      // On a connection that has held the other kind.
      #expect(try await slow.answer().body.utf8.count == Self.size)
      try await live.loop.eventually("all is read") { bytes(held) == 0 }
      #expect(try await slow.get(other).status == 200)
      try await live.loop.eventually("that too") { bytes(other) == 0 }
      #expect(live.server.counts.overOpenBudget == (held == "/open" ? 1 : 0))
      #expect(live.server.counts.overBudget == (held == "/open" ? 0 : 1))
    }
  }

  /// A little is enough for readers without a key to be over theirs.
  @Test func withoutAKeyAnEighthIsTheLimit() {
    let budget = ReaderBudget(limit: 800)
    let (keyed, open) = (ReaderShare(budget), ReaderShare(budget))
    keyed.readers = .keyed
    keyed.hold(800)
    open.hold(100)
    #expect(!keyed.isOverBudget && !open.isOverBudget)
    open.hold(1)
    #expect(!keyed.isOverBudget && open.isOverBudget)
    keyed.hold(1)
    open.hold(-1)
    #expect(keyed.isOverBudget && !open.isOverBudget)
  }

  @Test func aReaderThatGoesAwayGivesItsShareBack() async throws {
    try await LiveServer.with(Self.routes, settings: Self.settings) { live in
      let slow = try await live.connectSlowly()
      slow.send("GET /bulk HTTP/1.1\r\nHost: a\r\n\r\n")
      try await live.loop.eventually("the answer waits") { live.server.unreadBytes > 1 << 20 }
      slow.close()
      try await live.loop.eventually("the share is back") { live.server.unreadBytes == 0 }
      #expect(try await live.connect().get("/bulk").status == 200)
    }
  }

  /// All of them are let in while the budget still holds; it must hold when they answer as well.
  @Test func manyAtOnceDoNotBreakTheBudget() async throws {
    try await LiveServer.with(Self.routes, settings: Self.settings) { live in
      var clients: [LiveClient] = []
      for _ in 0..<20 {
        let client = try await live.connectSlowly()
        client.send("GET /late HTTP/1.1\r\nHost: a\r\n\r\n")
        clients.append(client)
      }
      var most = 0
      var statuses: [Int: Int] = [:]
      try await live.loop.eventually("the first answer waits") { live.server.unreadBytes > 0 }
      try await live.loop.sleep(milliseconds: 30)
      most = live.server.unreadBytes
      for client in clients { statuses[try await client.answer().status, default: 0] += 1 }
      // One answer may cross the line, the next may not.
      #expect(most <= Self.settings.unreadBytes + Self.size)
      #expect((statuses[503] ?? 0) > 0)
      #expect((statuses[200] ?? 0) > 0)
      #expect(statuses.values.reduce(0, +) == 20)
    }
  }

  /// Bytes that are still on their way out when the server goes are given back without it.
  @Test func theServerMayGoBeforeItsStreams() async throws {
    var settings = Self.settings
    settings.stallTime = 60_000
    try await LiveServer.with(Self.routes, settings: settings) { live in
      let slow = try await live.connectSlowly()
      slow.send("GET /bulk HTTP/1.1\r\nHost: a\r\n\r\n")
      try await live.loop.eventually("the answer waits") { live.server.unreadBytes > 0 }
      await live.server.drain(within: 0)
      #expect(live.server.connectionCount == 0)
    }
  }
}
