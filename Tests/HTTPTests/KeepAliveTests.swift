import EventLoop
import TestSupport
import Testing

@testable import HTTP

/// Several requests over one connection.
@Suite(.timeLimit(.minutes(5))) struct KeepAliveTests {
  /// Says what it was asked, after as many milliseconds as it was told.
  static let echo: [Route] = [
    Route(.get, "/say/{text}") { request, response in
      let text = request.withParameter(0) { String(decoding: $0, as: UTF8.self) }
      response.send(type: "text/plain") { $0.append(text: text) }
    },
    Route(.get, "/wait/{milliseconds}") { request, response in
      let text = request.withParameter(0) { String(decoding: $0, as: UTF8.self) }
      try await request.loop.sleep(milliseconds: UInt64(text) ?? 0)
      response.send(type: "text/plain") { $0.append(text: text) }
    },
    Route(.post, "/say", bodyLimit: 1 << 20) { request, response in
      response.send(type: "text/plain") { body in request.body.withBytes { body.append($0) } }
    },
  ]

  @Test func aConnectionServesOneRequestAfterTheOther() async throws {
    try await LiveServer.with(Self.echo) { live in
      let client = try await live.connect()
      for text in ["a", "b", "c"] {
        let answer = try await client.get("/say/\(text)")
        #expect(answer.status == 200)
        #expect(answer.body == text)
        #expect(answer["Connection"] == nil)
      }
      #expect(live.server.connectionCount == 1)
    }
  }

  @Test func theClientMayAskForTheEnd() async throws {
    try await LiveServer.with(Self.echo) { live in
      let client = try await live.connect()
      client.send(
        "GET /say/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /say/b HTTP/1.1\r\nHost: a\r\n\r\n")
      let answer = try await client.answer()
      #expect(answer.body == "a")
      #expect(answer["Connection"] == "close")
      #expect(try await client.rest() == "")
    }
  }

  @Test func anOldClientIsServedOnce() async throws {
    try await LiveServer.with(Self.echo) { live in
      let client = try await live.connect()
      client.send("GET /say/a HTTP/1.0\r\n\r\n")
      #expect(try await client.answer()["Connection"] == "close")
      #expect(try await client.rest() == "")
    }
  }

  @Test func anOldClientMayAskToStay() async throws {
    try await LiveServer.with(Self.echo) { live in
      let client = try await live.connect()
      for text in ["a", "b"] {
        client.send("GET /say/\(text) HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        let answer = try await client.answer()
        #expect(answer.body == text)
        #expect(answer["Connection"] == "keep-alive")
      }
    }
  }

  @Test func aRequestMayComeByteByByte() async throws {
    try await LiveServer.with(Self.echo) { live in
      let client = try await live.connect()
      for byte
        in "\r\nPOST /say HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".utf8
      {
        client.send([byte])
        // A turn of the loop, so that the byte is read alone.
        try await live.loop.sleep(milliseconds: 0)
      }
      #expect(try await client.answer().body == "abc")
      #expect(try await client.get("/say/d").body == "d")
    }
  }

  @Test(arguments: 0..<8)
  func aPipelineIsAnsweredInItsOrder(_ seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    var text: [UInt8] = []
    var expected: [String] = []
    for index in 0..<100 {
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        let wait = Int.random(in: 0...2, using: &random)
        text += Array("GET /wait/\(wait) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        expected.append("\(wait)")
      case 1:
        let body = String(repeating: "b", count: Int.random(in: 0...3000, using: &random)) + "\(index)"
        text += Array(
          "POST /say HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
        expected.append(body)
      case 2:
        let chunk = "1\r\n\(index % 10)\r\n"
        text += Array(
          "POST /say HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)0\r\n\r\n".utf8)
        expected.append("\(index % 10)")
      default:
        text += Array("GET /say/\(index) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        expected.append("\(index)")
      }
    }
    var cuts: [Int] = []
    var left = text.count
    while left > 0 {
      cuts.append(min(left, Int.random(in: 1...4000, using: &random)))
      left -= cuts[cuts.count - 1]
    }
    let (bytes, lengths, answers) = (text, cuts, expected)
    try await LiveServer.with(Self.echo) { live in
      let client = try await live.connect()
      var rest = bytes[...]
      for length in lengths {
        client.send(Array(rest.prefix(length)))
        rest = rest.dropFirst(length)
        try await live.loop.sleep(milliseconds: 0)
      }
      for answer in answers { #expect(try await client.answer().body == answer) }
    }
  }

  /// A client that sends without end and reads nothing is not read without end.
  @Test func aPipelineIsHeldBackWhileItsAnswersAreNotRead() async throws {
    try await LiveServer.with([
      Route(.get, "/large") { _, response in
        response.send(type: "text/plain") { body in
          body.append(filler: 4_000_000)
        }
      }
    ]) { live in
      let client = try await live.connect()
      let request = Array("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
      client.send([[UInt8]](repeating: request, count: 2000).flatMap { $0 })
      try await live.loop.eventually("an answer waits for its reader") { live.server.unreadBytes > 0 }
      try await live.loop.sleep(milliseconds: 50)
      // The one answer that is under way, and no more.
      #expect(live.server.unreadBytes <= 4_001_000)
      for _ in 0..<5 { #expect(try await client.answer().body.utf8.count == 4_000_000) }
    }
  }
}
