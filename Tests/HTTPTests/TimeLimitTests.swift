import EventLoop
import Testing

@testable import HTTP

/// Clients that take their time.
@Suite(.timeLimit(.minutes(5))) struct TimeLimitTests {
  static let routes: [Route] = [
    Route(.post, "/echo", bodyLimit: 1000) { request, response in
      response.send(type: "text/plain") { body in request.body.withBytes { body.append($0) } }
    },
    Route(.get, "/large") { _, response in
      response.send(type: "text/plain") { body in
        body.append(filler: 30 << 20)
      }
    },
    Route(.get, "/slow") { request, response in
      try await request.loop.sleep(milliseconds: 800)
      response.json { $0.append("{}") }
    },
  ]

  static func settings(_ change: (inout ServerSettings) -> Void) -> ServerSettings {
    var settings = ServerSettings.quick
    change(&settings)
    return settings
  }

  @Test(arguments: [
    "G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r", "\r\n",
  ])
  func aSlowHeadIsATimeout(_ part: String) async throws {
    try await LiveServer.with(Self.routes, settings: Self.settings { $0.headTime = 60 }) { live in
      let client = try await live.connect()
      client.send(part)
      let answer = try await client.answer()
      #expect(answer.status == 408)
      #expect(answer["Connection"] == "close")
      #expect(try await client.rest() == "")
    }
  }

  /// Bytes that trickle in do not put the end off.
  @Test func aTricklingHeadIsATimeout() async throws {
    try await LiveServer.with(Self.routes, settings: Self.settings { $0.headTime = 100 }) { live in
      let client = try await live.connect()
      client.send("GET / HTTP/1.1\r\n")
      let status = try await withThrowingTaskGroup(of: Int.self) { group in
        group.addTask { try await client.answer().status }
        group.addTask {
          while true {
            client.send("X: y\r\n")
            try await live.loop.sleep(milliseconds: 5)
          }
        }
        defer { group.cancelAll() }
        return try await group.next()
      }
      #expect(status == 408)
    }
  }

  @Test(arguments: [
    "Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
    "Content-Length: 1\r\n\r\n",
  ])
  func aSlowBodyIsATimeout(_ part: String) async throws {
    try await LiveServer.with(Self.routes, settings: Self.settings { $0.bodyTime = 60 }) { live in
      let client = try await live.connect()
      client.send("POST /echo HTTP/1.1\r\nHost: a\r\n" + part)
      #expect(try await client.answer().status == 408)
      #expect(try await client.rest() == "")
    }
  }

  @Test func aClientThatSaysNothingIsLeftWithoutAnAnswer() async throws {
    try await LiveServer.with(Self.routes, settings: Self.settings { $0.headTime = 60 }) { live in
      let client = try await live.connect()
      #expect(try await client.rest() == "")
    }
  }

  @Test func aConnectionAtRestIsClosed() async throws {
    try await LiveServer.with(Self.routes, settings: Self.settings { $0.idleTime = 60 }) { live in
      let client = try await live.connect()
      client.send("POST /echo HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await client.answer().status == 200)
      #expect(try await client.rest() == "")
    }
  }

  /// Limits of the client's time do not run while the server takes its own.
  @Test func aSlowHandlerIsNotTheClientsFault() async throws {
    let settings = Self.settings {
      $0.headTime = 200
      $0.bodyTime = 200
      $0.idleTime = 200
      $0.stallTime = 200
    }
    try await LiveServer.with(Self.routes, settings: settings) { live in
      let answer = try await live.ask("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(answer.status == 200)
    }
  }

  @Test func aReaderThatTakesNothingIsCut() async throws {
    try await LiveServer.with(Self.routes, settings: Self.settings { $0.stallTime = 100 }) { live in
      let client = try await live.connect()
      client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
      try await live.loop.eventually("the answer waits") { live.server.unreadBytes > 0 }
      try await live.loop.eventually("the reader is cut") { live.server.connectionCount == 0 }
      try await live.loop.eventually("its bytes are given back") { live.server.unreadBytes == 0 }
      await #expect(throws: UVError.self) { _ = try await client.answer() }
    }
  }

  /// Sending on is no sign that the answer is read.
  @Test func aReaderThatSendsButTakesNothingIsCut() async throws {
    try await LiveServer.with(Self.routes, settings: Self.settings { $0.stallTime = 100 }) { live in
      let client = try await live.connect()
      client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
      try await live.loop.eventually("the answer waits") { live.server.unreadBytes > 0 }
      try await live.loop.eventually("the reader is cut") {
        client.send("G")
        return live.server.connectionCount == 0
      }
    }
  }

  /// The whole answer takes far longer than the limit, each part of it does not.
  @Test func aReaderThatTakesALittleIsLetBe() async throws {
    try await LiveServer.with(Self.routes, settings: Self.settings { $0.stallTime = 200 }) { live in
      let client = try await live.connectSlowly()
      client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
      var taken = 0
      let began = live.loop.now
      while taken < 30 << 20 {
        try await client.stream.readMore()
        taken += client.stream.inbound.count
        client.stream.inbound.removeAll()
        if live.loop.now - began < 1500 { try await live.loop.sleep(milliseconds: 20) }
      }
      #expect(live.loop.now - began > 800)
    }
  }

  @Test func aClientThatDoesNotCloseIsClosed() async throws {
    let settings = Self.settings {
      $0.lingerTime = 150
      $0.lingerSilence = 60
    }
    try await LiveServer.with(Self.routes, settings: settings) { live in
      let silent = try await live.connect()
      silent.send("GET / HTTP/1.0\r\n\r\n")
      let talking = try await live.connect()
      talking.send("GET / HTTP/1.0\r\n\r\n")
      try await live.loop.eventually("both are there") { live.server.connectionCount == 2 }
      try await live.loop.eventually("both are closed") {
        talking.send("and on")
        return live.server.connectionCount == 0
      }
      #expect(try await silent.answer().status == 404)
    }
  }
}
