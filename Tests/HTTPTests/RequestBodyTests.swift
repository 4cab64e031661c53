import EventLoop
import OpenAPI
import Testing

@testable import HTTP

/// Bodies over a live connection: wanted, unwanted, too large, announced.
@Suite(.timeLimit(.minutes(5))) struct RequestBodyTests {
  static let limit = 100_000

  static let routes: [Route] = [
    Route(.post, "/echo", bodyLimit: limit) { request, response in
      response.send(type: "text/plain") { body in request.body.withBytes { body.append($0) } }
    },
    Route(.get, "/say/{text}") { request, response in
      response.send(type: "text/plain") { body in request.withParameter(0) { body.append($0) } }
    },
    Route(.post, "/refused", bodyLimit: limit) { _, _ in throw Problem(.conflict, "no") },
    Route(.post, "/needed", bodyLimit: limit, operation: taking(isRequired: true)) { request, response in
      response.send(type: "text/plain") { body in request.body.withBytes { body.append($0) } }
    },
    Route(.post, "/welcome", bodyLimit: limit, operation: taking(isRequired: false)) { request, response in
      response.send(type: "text/plain") { body in request.body.withBytes { body.append($0) } }
    },
  ]

  static func taking(isRequired: Bool) -> OpenAPI.Operation {
    OpenAPI.Operation(
      "take", .init("Bodies", ""), "Takes a body",
      body: Body(Content("text/plain", .text(), example: ""), isRequired: isRequired), answers: [])
  }

  /// Refuses before the body is read.
  static var locked: ServerHooks {
    var hooks = ServerHooks()
    hooks.authorize = { request, _ in
      if request.header("x-key") != "open" { throw Problem(.unauthorized, "a key is needed") }
    }
    return hooks
  }

  static func post(_ path: String, _ fields: String...) -> String {
    "POST \(path) HTTP/1.1\r\nHost: a\r\n\(fields.map { $0 + "\r\n" }.joined())\r\n"
  }

  /// A body of no bytes is a body; none at all is not.
  @Test func whereABodyIsNeededItsLengthIs() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      client.send(Self.post("/needed"))
      let refused = try await client.answer()
      #expect(refused.status == 411)
      #expect(refused.body.contains("Content-Length"))
      #expect(refused["Connection"] == nil, "nothing of a body can follow")
      for (path, fields, body) in [
        ("/needed", "Content-Length: 2", "hi"), ("/needed", "Content-Length: 0", ""),
        ("/needed", "Transfer-Encoding: chunked", "2\r\nhi\r\n0\r\n\r\n"), ("/welcome", "X: y", ""),
        ("/echo", "X: y", ""),
      ] {
        client.send(Self.post(path, fields) + body)
        #expect(try await client.answer().status == 200, "\(path) \(fields)")
      }
      let old = try await live.ask("POST /needed HTTP/1.0\r\n\r\n")
      #expect(old.status == 411)
    }
  }

  /// Who may not ask is told so first.
  @Test func aKeyIsNeededBeforeALength() async throws {
    try await LiveServer.with(Self.routes, hooks: Self.locked) { live in
      let stranger = try await live.ask(Self.post("/needed"))
      #expect(stranger.status == 401)
      let friend = try await live.ask(Self.post("/needed", "X-Key: open"))
      #expect(friend.status == 411)
    }
  }

  @Test func aBodyArrivesWhole() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      for length in [0, 1, 4095, 4096, 65_536, Self.limit] {
        let body = String(repeating: "é", count: length / 2) + (length % 2 == 1 ? "x" : "")
        client.send(Self.post("/echo", "Content-Length: \(length)") + body)
        #expect(try await client.answer().body == body)
        let size = String(length, radix: 16)
        let chunks = length == 0 ? "0\r\n\r\n" : "\(size)\r\n\(body)\r\n0\r\n\r\n"
        client.send(Self.post("/echo", "Transfer-Encoding: chunked") + chunks)
        #expect(try await client.answer().body == body)
      }
    }
  }

  /// The client sends more than any buffer holds, and still gets to read why it should not.
  @Test(arguments: ["Content-Length: 30000000", "Transfer-Encoding: chunked"])
  func aClientThatStillSendsGetsItsAnswer(_ field: String) async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      client.send(Self.post("/echo", field))
      let chunk = Array("186A0\r\n".utf8) + [UInt8](repeating: 0x61, count: Self.limit) + Array("\r\n".utf8)
      for _ in 0..<300 { client.send(chunk) }
      // It does not look at the answer before it has sent all.
      try await client.stream.drain()
      let answer = try await client.answer()
      #expect(answer.status == 413)
      #expect(answer["Connection"] == "close")
      #expect(try await client.rest() == "")
    }
  }

  @Test func aBodyWhereNoneIsExpectedIsTooLarge() async throws {
    try await LiveServer.with(Self.routes) { live in
      let answer = try await live.ask("GET /say/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
      #expect(answer.status == 413)
      #expect(try await live.ask("GET /say/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").status == 200)
    }
  }

  @Test func aMalformedChunkEndsTheConnection() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      client.send(
        Self.post("/echo", "Transfer-Encoding: chunked") + "5\r\nhelloGET /say/x HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await client.answer().status == 400)
      #expect(try await client.rest() == "")
    }
  }

  // MARK: Unwanted

  @Test(arguments: ["/echo", "/absent", "/say/x", "/refused"])
  func aShortUnwantedBodyLeavesTheConnectionOpen(_ path: String) async throws {
    try await LiveServer.with(Self.routes, hooks: Self.locked) { live in
      let client = try await live.connect()
      let request = Self.post(path, "Content-Length: 30")
      // All at once, and with the body behind the answer.
      client.send(request + "GET /say/smuggled HTTP/1.1\r\n\r\n")
      #expect((401...405).contains(try await client.answer().status))
      client.send(request)
      #expect((401...405).contains(try await client.answer().status))
      client.send("GET /say/smuggled HTTP/1.1")
      try await live.loop.sleep(milliseconds: 5)
      client.send("\r\n\r\nGET /say/b HTTP/1.1\r\nHost: a\r\nX-Key: open\r\n\r\n")
      #expect(try await client.answer().body == "b")
    }
  }

  @Test(arguments: [
    "Content-Length: 70000", "Transfer-Encoding: chunked", "Content-Length: 5\r\nExpect: 100-continue",
  ])
  func anyOtherUnwantedBodyEndsTheConnection(_ field: String) async throws {
    try await LiveServer.with(Self.routes, hooks: Self.locked) { live in
      let client = try await live.connect()
      client.send(Self.post("/echo", field))
      let answer = try await client.answer()
      #expect(answer.status == 401)
      #expect(answer["Connection"] == "close")
      #expect(try await client.rest() == "")
    }
  }

  @Test func anUnwantedBodyThatNeverComesEndsTheConnection() async throws {
    var settings = ServerSettings.quick
    settings.bodyTime = 100
    try await LiveServer.with(Self.routes, settings: settings, hooks: Self.locked) { live in
      let client = try await live.connect()
      client.send(Self.post("/echo", "Content-Length: 5") + "abc")
      #expect(try await client.answer().status == 401)
      #expect(try await client.rest() == "")
    }
  }

  // MARK: Announced

  @Test func theBodyIsAskedFor() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      for _ in 0..<2 {
        client.send(Self.post("/echo", "Content-Length: 5", "Expect: 100-continue"))
        let interim = try await client.answer()
        #expect(interim == Answer(status: 100, fields: [], body: ""))
        client.send("hello")
        #expect(try await client.answer().body == "hello")
      }
    }
  }

  @Test func aChunkedBodyIsAskedForToo() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      client.send(Self.post("/echo", "Transfer-Encoding: chunked", "Expect: 100-continue"))
      #expect(try await client.answer().status == 100)
      client.send("5\r\nhello\r\n0\r\n\r\n")
      #expect(try await client.answer().body == "hello")
    }
  }

  @Test(arguments: [
    (post("/echo", "Content-Length: 200000", "Expect: 100-continue"), 413),
    (post("/echo", "Content-Length: 5", "Expect: 200-ok"), 417),
    (post("/absent", "Content-Length: 5", "Expect: 100-continue"), 404),
    (post("/say/x", "Content-Length: 5", "Expect: 100-continue"), 405),
  ])
  func aBodyThatIsNotWantedIsNotAskedFor(request: String, status: Int) async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      client.send(request)
      #expect(try await client.answer().status == status)
      #expect(try await client.rest() == "")
    }
  }

  @Test(arguments: [
    post("/echo", "Content-Length: 5", "Expect: 100-continue") + "hello",
    "POST /echo HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: keep-alive\r\n\r\nhello",
  ])
  func aBodyThatIsHereIsNotAskedFor(_ request: String) async throws {
    try await LiveServer.with(Self.routes) { live in
      let answer = try await live.ask(request)
      #expect(answer.body == "hello")
    }
  }

  @Test func anEmptyBodyIsNotAskedFor() async throws {
    try await LiveServer.with(Self.routes) { live in
      for fields in ["Content-Length: 0\r\nExpect: 100-continue", "Expect: 100-continue"] {
        let answer = try await live.ask(Self.post("/echo", fields))
        #expect(answer.status == 200)
      }
    }
  }

  /// HTTP/1.0 knows no interim answers.
  @Test func anOldClientIsNotAsked() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      client.send("POST /echo HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
      try await live.loop.sleep(milliseconds: 20)
      client.send("hello")
      #expect(try await client.answer().body == "hello")
    }
  }
}
