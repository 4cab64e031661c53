import Testing

@testable import HTTP

/// Refused requests over a live connection: one answer, the end, and no second request in between.
@Suite(.timeLimit(.minutes(5))) struct SmugglingTests {
  /// SAFETY: `@unchecked Sendable` since it is used on one loop alone.
  final class Seen: @unchecked Sendable {
    var paths: [String] = []
  }

  @Test func whatIsRefusedIsAnsweredOnceAndNothingBehindItIsRead() async throws {
    let seen = Seen()
    let routes = [
      Route(.get, "/{any}") { request, response in
        seen.paths.append(request.path)
        response.empty()
      },
      Route(.post, "/", bodyLimit: 100) { request, response in
        seen.paths.append(request.path)
        response.empty()
      },
    ]
    try await LiveServer.with(routes) { live in
      for refused in RefusalTests.requestLines + RefusalTests.targets + RefusalTests.fields
        + RefusalTests.framing
      {
        let client = try await live.connect()
        client.send(refused.text.latin1 + Array("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        let answer = try await client.answer()
        #expect(answer.status == refused.status, "\(refused.testDescription)")
        #expect(answer["Connection"] == "close")
        #expect(answer["Content-Type"] == "application/problem+json")
        #expect(answer.body.contains("\"instance\":\"urn:request:\(answer["X-Request-Id"] ?? "")\""))
        #expect(try await client.rest() == "")
        client.close()
      }
      #expect(seen.paths == [])
    }
  }

  /// What was answered before the refusal stays answered, in order.
  @Test func aRefusalComesBehindTheAnswersBeforeIt() async throws {
    let routes = [
      Route(.get, "/slow") { request, response in
        try await request.loop.sleep(milliseconds: 10)
        response.json { $0.append("{\"n\":1}") }
      }
    ]
    try await LiveServer.with(routes) { live in
      let client = try await live.connect()
      client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /slow HTTP/1.1\nHost: a\n\n")
      #expect(try await client.answer().body == "{\"n\":1}")
      #expect(try await client.answer().status == 400)
      #expect(try await client.rest() == "")
    }
  }

  @Test func headLimitsAreAnswered() async throws {
    try await LiveServer.with([]) { live in
      let limits = live.server.settings.head
      // Without an end, and while the client still sends.
      for (text, status) in [
        ("GET /" + String(repeating: "a", count: limits.requestLine), 414),
        ("GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: limits.head), 431),
        ("GET / HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 101) + "Host: a\r\n\r\n", 431),
        ("GET /" + String(repeating: "a", count: 3_000_000), 414),
      ] {
        let client = try await live.connect()
        client.send(text)
        #expect(try await client.answer().status == status)
        #expect(try await client.rest() == "")
        client.close()
      }
    }
  }

  /// A TLS client that took the port for another.
  @Test func aHandshakeIsNoRequest() async throws {
    try await LiveServer.with([]) { live in
      let client = try await live.connect()
      client.send([0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01, 0x0A])
      #expect(try await client.answer().status == 400)
    }
  }
}
