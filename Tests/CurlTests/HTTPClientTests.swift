import Bytes
import EventLoop
import TestSupport
import Testing

@testable import Curl

@Suite struct HTTPClientTests {
  /// Runs `body` with a client and a server on one loop; nothing may stay open.
  func withServer(
    _ settings: HTTPClient.Settings = .init(),
    script: @escaping @Sendable (ScriptedServer.Request) async -> ScriptedServer.Answer,
    _ body: @escaping @Sendable (Loop, HTTPClient, ScriptedServer) async throws -> Void
  ) async throws {
    try await onLoop { loop in
      let server = try await ScriptedServer(loop, script: script)
      defer { server.close() }
      let client = try HTTPClient(loop, settings)
      defer { client.close() }
      try await body(loop, client, server)
      #expect(client.running == 0)
    }
  }

  @Test func aPostWithoutABodyIsPlain() async throws {
    try await withServer { request in
      #expect(request.head.hasPrefix("POST /customers?previous_id=7&records=2 HTTP/1.1\r\n"))
      #expect(request.head.contains("\r\nContent-Length: 0"))
      #expect(request.head.contains("\r\nX-Key: secret"))
      #expect(!request.head.contains("Content-Type"))
      #expect(!request.head.contains("Expect"))
      #expect(!request.head.contains("Accept-Encoding"))
      return .response("200 OK", headers: ["retry-after: 12", "X-Other: y"], "[]")
    } _: { loop, client, server in
      let buffer = ReceiveBuffer()
      let request = HTTPRequest(
        .post, "\(server.url)/customers?previous_id=7&records=2", headers: [("X-Key", "secret")],
        wantedHeaders: ["Retry-After", "Location"])
      let response = try await client.send(request, into: buffer)
      #expect(loop.isCurrent)
      #expect(response.status == 200)
      #expect(response.headers == ["Retry-After": "12"])
      #expect(buffer.bytes.text() == "[]")
    }
  }

  @Test func bodiesGoUpAndComeDownWhole() async throws {
    let large = String(repeating: "0123456789\0", count: 300_000)
    try await withServer { request in
      .response("201 Created", request.body)
    } _: { _, client, server in
      let buffer = ReceiveBuffer()
      for body in [large, "", "x"] {
        let request = HTTPRequest(.post, server.url, body: Array(body.utf8), maximumBytes: 4_000_000)
        let response = try await client.send(request, into: buffer)
        #expect(response.status == 201)
        let isSame = buffer.bytes.text() == body
        #expect(isSame)
      }
    }
  }

  @Test func aConnectionIsUsedAgain() async throws {
    try await withServer { _ in
      .response("200 OK", "x")
    } _: { _, client, server in
      let buffer = ReceiveBuffer()
      for _ in 0..<50 { _ = try await client.send(HTTPRequest(.get, server.url), into: buffer) }
      #expect(server.connections == 1)
      #expect(server.requests == 50)
    }
  }

  @Test func manyRequestsRunAtOnce() async throws {
    let gate = Gate(16)
    try await withServer { request in
      // Nobody gets an answer before all sixteen are there.
      await gate.pass()
      return .response("200 OK", "\(request.target)")
    } _: { _, client, server in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<16 {
          group.addTask {
            let buffer = ReceiveBuffer()
            _ = try await client.send(HTTPRequest(.get, "\(server.url)/\(index)"), into: buffer)
            #expect(buffer.bytes.text() == "/\(index)")
          }
        }
        try await group.waitForAll()
      }
      #expect(server.connections == 16)
    }
  }

  @Test(arguments: [301, 401, 404, 429, 500, 503])
  func anyStatusIsAResponse(_ status: Int) async throws {
    try await withServer { _ in
      .response("\(status) Whatever", headers: ["Location: http://127.0.0.1:1/"], "no")
    } _: { _, client, server in
      let buffer = ReceiveBuffer()
      let response = try await client.send(HTTPRequest(.post, server.url), into: buffer)
      #expect(response.status == status)
      #expect(buffer.bytes.text() == "no")
      #expect(server.requests == 1)
    }
  }

  @Test func brokenConnectionsAreErrorsOfTheConnection() async throws {
    let answers: [String] = [
      "", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12",
    ]
    try await withServer { request in
      .sendAndClose(Array(answers[(request.number - 1) % answers.count].utf8))
    } _: { _, client, server in
      let buffer = ReceiveBuffer()
      for name in ["CURLE_GOT_NOTHING", "CURLE_PARTIAL_FILE", "CURLE_PARTIAL_FILE"] {
        let error = await #expect(throws: CurlError.self) {
          try await client.send(HTTPRequest(.get, server.url), into: buffer)
        }
        #expect(error?.kind == .connection)
        #expect(error?.name == name)
      }
    }
  }

  /// libcurl alone takes these for answers without a body.
  @Test(arguments: [
    "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nA: b\r\n",
    "HTTP/1.1 200 OK\r\nA: b\r\n\r", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b",
  ])
  func aHeadThatIsCutIsAnErrorOfTheConnection(_ head: String) async throws {
    try await withServer { _ in
      .sendAndClose(Array(head.utf8))
    } _: { _, client, server in
      let error = await #expect(throws: CurlError.self) {
        try await client.send(HTTPRequest(.get, server.url), into: ReceiveBuffer())
      }
      #expect(error?.kind == .connection)
      #expect(error?.message == "the connection ended in the head of the answer")
    }
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\n\r\n[]", "HTTP/1.0 200 OK\n\n[]",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\nX-Sum: 1\r\n\r\n",
  ])
  func aHeadThatIsWholeIsNone(_ answer: String) async throws {
    try await withServer { _ in
      .sendAndClose(Array(answer.utf8))
    } _: { _, client, server in
      let buffer = ReceiveBuffer()
      let response = try await client.send(HTTPRequest(.get, server.url), into: buffer)
      #expect(response.status == 200)
      #expect(buffer.bytes.text() == "[]")
    }
  }

  @Test func aServerThatIsNotThereIsAnErrorOfTheConnection() async throws {
    try await withServer { _ in
      .silence
    } _: { _, client, server in
      server.close()
      let buffer = ReceiveBuffer()
      let error = await #expect(throws: CurlError.self) {
        try await client.send(HTTPRequest(.get, "http://127.0.0.1:1/"), into: buffer)
      }
      #expect(error?.name == "CURLE_COULDNT_CONNECT")
      #expect(error?.kind == .connection)
    }
  }

  @Test(arguments: ["file:///etc/passwd", "gopher://127.0.0.1/", "http://[", ""])
  func otherAddressesAreRefused(_ url: String) async throws {
    try await withServer { _ in
      .silence
    } _: { _, client, _ in
      let buffer = ReceiveBuffer()
      let error = await #expect(throws: CurlError.self) {
        try await client.send(HTTPRequest(.get, url), into: buffer)
      }
      #expect(error?.kind == .permanent)
    }
  }

  @Test func aBodyBeyondTheLimitIsCutOff() async throws {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n0\r\n\r\n"
    try await withServer { request in
      request.target == "/length" ? .response("200 OK", "123456") : .send(Array(chunked.utf8))
    } _: { _, client, server in
      let buffer = ReceiveBuffer()
      for path in ["/length", "/chunked"] {
        let error = await #expect(throws: CurlError.self) {
          try await client.send(HTTPRequest(.get, server.url + path, maximumBytes: 5), into: buffer)
        }
        #expect(error?.kind == .tooLarge)
        _ = try await client.send(HTTPRequest(.get, server.url + path, maximumBytes: 6), into: buffer)
        #expect(buffer.bytes.text() == "123456")
      }
    }
  }

  @Test func aSilentServerIsGivenUp() async throws {
    var settings = HTTPClient.Settings()
    settings.stallSeconds = 1
    try await withServer(settings) { _ in
      .silence
    } _: { _, client, server in
      let buffer = ReceiveBuffer()
      let error = await #expect(throws: CurlError.self) {
        try await client.send(HTTPRequest(.get, server.url), into: buffer)
      }
      #expect(error?.name == "CURLE_OPERATION_TIMEDOUT")
    }
  }

  @Test func cancelingEndsARequestAtOnce() async throws {
    let arrived = Gate(1)
    try await withServer { request in
      await arrived.pass()
      return request.target == "/x" ? .response("200 OK") : .silence
    } _: { loop, client, server in
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          let buffer = ReceiveBuffer()
          await #expect(throws: CancellationError.self) {
            try await client.send(HTTPRequest(.get, server.url), into: buffer)
          }
        }
        await arrived.wait()
        group.cancelAll()
      }
      // The client is fine.
      let buffer = ReceiveBuffer()
      _ = try await client.send(HTTPRequest(.get, "\(server.url)/x"), into: buffer)
    }
  }

  @Test func closingCancelsWhatRuns() async throws {
    let arrived = Gate(1)
    try await withServer { _ in
      await arrived.pass()
      return .silence
    } _: { _, client, server in
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          let buffer = ReceiveBuffer()
          await #expect(throws: CancellationError.self) {
            try await client.send(HTTPRequest(.get, server.url), into: buffer)
          }
        }
        await arrived.wait()
        client.close()
      }
      await #expect(throws: CancellationError.self) {
        try await client.send(HTTPRequest(.get, server.url), into: ReceiveBuffer())
      }
    }
  }

  /// Connections that die between requests give their descriptor numbers back, and the next ones get them: polls
  /// that outlive a descriptor would now watch somebody else's.
  @Test func descriptorNumbersAreUsedAgain() async throws {
    try await withServer { request in
      request.number % 3 == 0 ? .sendAndClose([]) : .response("200 OK", "fine")
    } _: { loop, client, server in
      var fine = 0
      for round in 0..<60 {
        if round % 7 == 0 { server.dropConnections() }
        await withTaskGroup(of: Bool.self) { group in
          for _ in 0..<4 {
            group.addTask {
              let buffer = ReceiveBuffer()
              _ = try? await client.send(HTTPRequest(.get, server.url), into: buffer)
              return buffer.bytes.text() == "fine"
            }
          }
          for await isFine in group where isFine { fine += 1 }
        }
      }
      #expect(fine >= 120)
      #expect(loop.openHandles.filter { $0 == "poll" }.count <= 8)
    }
  }
}

/// Lets tasks of one loop wait until so many have come.
/// SAFETY: `@unchecked Sendable` since it is used on one loop alone.
private final class Gate: @unchecked Sendable {
  private let size: Int
  private var arrived = 0
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ size: Int) { self.size = size }

  func pass() async {
    arrived += 1
    if arrived == size {
      for task in waiting { task.resume() }
      waiting = []
    } else if arrived < size {
      await wait()
    }
  }

  func wait() async {
    guard arrived < size else { return }
    await withCheckedContinuation { waiting.append($0) }
  }
}
