import Bytes
import EventLoop
import TestSupport
import Testing

@testable import HTTP

/// Bodies that a handler takes piece by piece.
@Suite(.timeLimit(.minutes(5))) struct StreamedBodyTests {
  static let limit = 40 << 20

  /// What handlers have done.
  ///
  /// SAFETY: `@unchecked Sendable` since it is used on one loop alone.
  final class Record: @unchecked Sendable {
    var entered = 0
    var taken = 0
    var failures: [String] = []
    var isOpen = true
  }

  static func routes(_ record: Record = Record()) -> [Route] {
    [
      Route(.post, "/echo", streaming: 1 << 20) { _, body, response in
        var text = ByteBuffer()
        while try await body.read(into: &text) {}
        response.send(type: "text/plain") { answer in text.withBytes { answer.append($0) } }
      },
      // Says how much came, and takes a piece only while the gate is open.
      Route(.post, "/count", streaming: limit) { request, body, response in
        record.entered += 1
        var piece = ByteBuffer()
        do {
          repeat {
            try await request.loop.eventually("the gate opens") { record.isOpen }
            piece.removeAll()
            record.taken = body.length
          } while try await body.read(into: &piece)
        } catch {
          record.failures.append("\(error)")
          throw error
        }
        let length = body.length
        response.send(type: "text/plain") { $0.append(decimal: Int64(length)) }
      },
      // Answers without a look at the body, or behind its first piece, and then tries to go on.
      Route(.post, "/early", streaming: limit) { _, body, response in
        response.send(.conflict, type: "text/plain") { $0.append("early") }
        try await readOn(body, record)
      },
      Route(.post, "/middle", streaming: limit) { _, body, response in
        var piece = ByteBuffer()
        _ = try await body.read(into: &piece)
        response.send(.conflict, type: "text/plain") { $0.append("middle") }
        try await readOn(body, record)
      },
      Route(.post, "/fails", streaming: limit) { _, body, _ in
        var piece = ByteBuffer()
        _ = try await body.read(into: &piece)
        throw Problem(.unprocessableContent, "no")
      },
      Route(.post, "/stubborn", streaming: limit) { _, body, response in
        var piece = ByteBuffer()
        do {
          while try await body.read(into: &piece) {}
        } catch {
          record.failures.append("\(error)")
        }
        response.send(type: "text/plain") { $0.append("all the same") }
      },
      Route(.get, "/say/{text}") { request, response in
        response.send(type: "text/plain") { body in request.withParameter(0) { body.append($0) } }
      },
    ]
  }

  private static func readOn(_ body: borrowing RequestBody, _ record: Record) async throws {
    var piece = ByteBuffer()
    do {
      _ = try await body.read(into: &piece)
    } catch {
      record.failures.append("\(error)")
    }
  }

  static func post(_ path: String, _ fields: String...) -> String {
    "POST \(path) HTTP/1.1\r\nHost: a\r\n\(fields.map { $0 + "\r\n" }.joined())\r\n"
  }

  static let next = "GET /say/next HTTP/1.1\r\nHost: a\r\n\r\n"

  // MARK: Whole bodies

  @Test func aBodyArrivesWhole() async throws {
    try await LiveServer.with(Self.routes()) { live in
      let client = try await live.connect()
      for length in [0, 1, 4095, 65_536, 300_000] {
        let body = String(repeating: "é", count: length / 2) + (length % 2 == 1 ? "x" : "")
        client.send(Self.post("/echo", "Content-Length: \(length)") + body)
        #expect(try await client.answer().body == body)
        let size = String(length, radix: 16)
        let chunks = length == 0 ? "0\r\n\r\n" : "\(size)\r\n\(body)\r\n0\r\nX-Trailer: a\r\n\r\n"
        client.send(Self.post("/echo", "Transfer-Encoding: chunked") + chunks)
        #expect(try await client.answer().body == body)
      }
      client.send(Self.post("/echo") + Self.next)
      #expect(try await client.answer().body == "")
      #expect(try await client.answer().body == "next")
    }
  }

  @Test(arguments: [
    "Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n",
  ])
  func aBodyComesByteByByte(_ rest: String) async throws {
    try await LiveServer.with(Self.routes()) { live in
      let client = try await live.connect()
      for byte in Array(("POST /echo HTTP/1.1\r\nHost: a\r\n" + rest + Self.next).utf8) {
        client.send([byte])
        try await live.loop.sleep(milliseconds: 0)
      }
      #expect(try await client.answer().body == "hello")
      #expect(try await client.answer().body == "next")
    }
  }

  @Test func whatFollowsTheBodyIsTheNextRequest() async throws {
    try await LiveServer.with(Self.routes()) { live in
      let client = try await live.connect()
      client.send(Self.post("/echo", "Content-Length: 5") + "hello" + Self.next)
      client.send(Self.post("/echo", "Transfer-Encoding: chunked") + "1\r\nx\r\n0\r\n\r\n" + Self.next)
      #expect(try await client.answer().body == "hello")
      #expect(try await client.answer().body == "next")
      #expect(try await client.answer().body == "x")
      #expect(try await client.answer().body == "next")
    }
  }

  @Test func theBodyIsAskedForWhenItIsWanted() async throws {
    let record = Record()
    record.isOpen = false
    try await LiveServer.with(Self.routes(record)) { live in
      let client = try await live.connect()
      client.send(Self.post("/count", "Content-Length: 5", "Expect: 100-continue"))
      try await live.loop.eventually("the handler works") { record.entered == 1 }
      record.isOpen = true
      #expect(try await client.answer().status == 100)
      client.send("hello" + Self.next)
      #expect(try await client.answer().body == "5")
      #expect(try await client.answer().body == "next")
    }
  }

  // MARK: Back-pressure

  @Test func aHandlerThatWaitsHoldsTheSenderNotTheMemory() async throws {
    let record = Record()
    try await LiveServer.with(Self.routes(record)) { live in
      let client = try await live.connect()
      let size = 30 << 20
      client.send(Self.post("/count", "Content-Length: \(size)"))
      let piece = [UInt8](repeating: 0x61, count: 1 << 20)
      record.isOpen = false
      for _ in 0..<(size >> 20) { client.send(piece) }
      try await live.loop.eventually("the handler works") { record.entered == 1 }
      // What the kernel holds is a few megabytes; the rest stays with the client for as long as nobody takes it.
      var pending = Int.max
      while client.stream.pendingBytes < pending {
        pending = client.stream.pendingBytes
        try await live.loop.sleep(milliseconds: 20)
      }
      #expect(client.stream.pendingBytes > 10 << 20)
      #expect(record.taken == 0)
      record.isOpen = true
      #expect(try await client.answer().body == "\(size)")
    }
  }

  /// However fast the client is, the others on the loop get their turns.
  @Test func aFastSenderDoesNotHoldTheLoop() async throws {
    try await LiveServer.with(Self.routes()) { live in
      let client = try await live.connect()
      let size = 30 << 20
      client.send(Self.post("/count", "Content-Length: \(size)"))
      let piece = [UInt8](repeating: 0x61, count: 1 << 20)
      var turns = 0
      let timer = LoopTimer(live.loop) { turns += 1 }
      timer.start(after: 0, every: 1)
      for _ in 0..<(size >> 20) { client.send(piece) }
      #expect(try await client.answer().body == "\(size)")
      timer.close()
      #expect(turns >= 5)
    }
  }

  // MARK: Limits

  @Test(arguments: ["Content-Length: 1048577", "Content-Length: 1048577\r\nExpect: 100-continue"])
  func aBodyThatSaysThatItIsTooLongIsRefusedAtOnce(_ field: String) async throws {
    try await LiveServer.with(Self.routes()) { live in
      let client = try await live.connect()
      client.send(Self.post("/echo", field))
      let answer = try await client.answer()
      #expect(answer.status == 413)
      #expect(answer["Connection"] == "close")
      #expect(try await client.rest() == "")
    }
  }

  @Test func aBodyThatGetsTooLongIsRefusedWhileItComes() async throws {
    let record = Record()
    try await LiveServer.with(Self.routes(record)) { live in
      let client = try await live.connect()
      client.send(Self.post("/count", "Transfer-Encoding: chunked"))
      let chunk = Array("100000\r\n".utf8) + [UInt8](repeating: 0x61, count: 1 << 20) + Array("\r\n".utf8)
      for _ in 0..<60 { client.send(chunk) }
      try await client.stream.drain()
      let answer = try await client.answer()
      #expect(answer.status == 413)
      #expect(answer["Connection"] == "close")
      #expect(try await client.rest() == "")
      #expect(record.failures.count == 1)
    }
  }

  @Test func aMalformedChunkEndsTheConnection() async throws {
    let record = Record()
    try await LiveServer.with(Self.routes(record)) { live in
      let client = try await live.connect()
      client.send(Self.post("/count", "Transfer-Encoding: chunked") + "5\r\nhello" + Self.next)
      #expect(try await client.answer().status == 400)
      #expect(try await client.rest() == "")
      #expect(record.failures.count == 1)
    }
  }

  /// A handler that goes on as if nothing had been still gets no second request on a connection that is out of step.
  @Test func aHandlerThatIgnoresABrokenBodyEndsTheConnection() async throws {
    let record = Record()
    try await LiveServer.with(Self.routes(record)) { live in
      let client = try await live.connect()
      client.send(Self.post("/stubborn", "Transfer-Encoding: chunked") + "5\r\nhello" + Self.next)
      let answer = try await client.answer()
      #expect(answer.body == "all the same")
      #expect(answer["Connection"] == "close")
      #expect(try await client.rest() == "")
      #expect(record.failures.count == 1)
    }
  }

  // MARK: Time

  @Test(arguments: ["Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n5\r\nabc"])
  func aBodyThatStandsStillIsATimeout(_ part: String) async throws {
    var settings = ServerSettings.quick
    settings.bodyTime = 80
    let record = Record()
    try await LiveServer.with(Self.routes(record), settings: settings) { live in
      let client = try await live.connect()
      client.send("POST /count HTTP/1.1\r\nHost: a\r\n" + part)
      let answer = try await client.answer()
      #expect(answer.status == 408)
      #expect(answer["Connection"] == "close")
      #expect(try await client.rest() == "")
      #expect(live.server.counts.lateBodies == 1)
      #expect(record.failures.count == 1)
    }
  }

  /// The whole takes several times the limit, no piece of it does.
  @Test func aLongUploadIsLetBe() async throws {
    var settings = ServerSettings.quick
    settings.bodyTime = 400
    try await LiveServer.with(Self.routes(), settings: settings) { live in
      let client = try await live.connect()
      client.send(Self.post("/count", "Content-Length: 20"))
      for _ in 0..<20 {
        try await live.loop.sleep(milliseconds: 60)
        client.send("x")
      }
      #expect(try await client.answer().body == "20")
    }
  }

  /// Bytes around the pieces are no progress.
  @Test func chunksThatTrickleWithoutABodyAreATimeout() async throws {
    var settings = ServerSettings.quick
    settings.bodyTime = 150
    try await LiveServer.with(Self.routes(), settings: settings) { live in
      let client = try await live.connect()
      client.send(Self.post("/count", "Transfer-Encoding: chunked") + "5;")
      let status = try await withThrowingTaskGroup(of: Int.self) { group in
        group.addTask { try await client.answer().status }
        group.addTask {
          while true {
            client.send("e")
            try await live.loop.sleep(milliseconds: 10)
          }
        }
        defer { group.cancelAll() }
        return try await group.next()
      }
      #expect(status == 408)
    }
  }

  /// The client's time does not run while the handler takes its own.
  @Test func aSlowHandlerIsNotTheClientsFault() async throws {
    var settings = ServerSettings.quick
    settings.bodyTime = 100
    let record = Record()
    record.isOpen = false
    try await LiveServer.with(Self.routes(record), settings: settings) { live in
      let client = try await live.connect()
      client.send(Self.post("/count", "Content-Length: 5") + "hello")
      try await live.loop.eventually("the handler works") { record.entered == 1 }
      try await live.loop.sleep(milliseconds: 500)
      record.isOpen = true
      #expect(try await client.answer().body == "5")
    }
  }

  // MARK: Answers before the end

  @Test(arguments: ["/early", "/middle"])
  func aShortRestIsReadOver(_ path: String) async throws {
    let record = Record()
    try await LiveServer.with(Self.routes(record)) { live in
      let client = try await live.connect()
      for _ in 0..<2 {
        client.send(Self.post(path, "Content-Length: 30") + "ten bytes,")
        #expect(try await client.answer().status == 409)
        // Twenty bytes more, which are no request.
        client.send("GET /say/x HTTP/1.1\r" + Self.next)
        #expect(try await client.answer().body == "next")
      }
      #expect(record.failures == ["answered", "answered"])
    }
  }

  @Test(
    arguments: ["/early", "/middle", "/fails"], ["Content-Length: 30000000", "Transfer-Encoding: chunked"])
  func aLongRestEndsTheConnection(_ path: String, _ field: String) async throws {
    try await LiveServer.with(Self.routes()) { live in
      let client = try await live.connect()
      client.send(Self.post(path, field))
      let chunk = Array("186A0\r\n".utf8) + [UInt8](repeating: 0x61, count: 100_000) + Array("\r\n".utf8)
      for _ in 0..<300 { client.send(chunk) }
      // It does not look at the answer before it has sent all.
      try await client.stream.drain()
      let answer = try await client.answer()
      #expect(answer.status == 409 || answer.status == 422)
      #expect(answer["Connection"] == "close")
      #expect(try await client.rest() == "")
    }
  }

  /// The client was never told to send, so nobody can know whether it will.
  @Test func anEarlyAnswerToAnAnnouncedBodyEndsTheConnection() async throws {
    try await LiveServer.with(Self.routes()) { live in
      let client = try await live.connect()
      client.send(Self.post("/early", "Content-Length: 5", "Expect: 100-continue"))
      let answer = try await client.answer()
      #expect(answer.status == 409)
      #expect(answer["Connection"] == "close")
      #expect(try await client.rest() == "")
    }
  }

  // MARK: Ends

  @Test(
    arguments: ["Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n5\r\nab"],
    PlainSocket.Departure.allCases)
  func aClientThatGoesHalfWay(_ part: String, _ departure: PlainSocket.Departure) async throws {
    let record = Record()
    let explained = Record()
    var hooks = ServerHooks()
    hooks.explain = { _, _ in
      explained.entered += 1
      return Problem(.internalServerError, "")
    }
    hooks.answered = { _, _, _ in explained.taken += 1 }
    try await LiveServer.with(Self.routes(record), hooks: hooks) { live in
      let client = try PlainSocket(port: live.address.port)
      client.send("POST /count HTTP/1.1\r\nHost: a\r\n" + part)
      try await live.loop.eventually("the handler has a piece") { record.taken > 0 }
      client.depart(departure)
      try await live.loop.eventually("it is gone") { live.server.connectionCount == 0 }
      #expect(record.failures.count == 1)
      #expect(record.failures.first?.hasPrefix("clientGone") == true)
      #expect(explained.entered == 0, "a client that goes is no fault of ours")
      #expect(explained.taken == 0, "nobody was answered")
    }
  }

  @Test func theEndOfTheServerIsToldToThoseWhoStillSend() async throws {
    let record = Record()
    try await LiveServer.with(Self.routes(record)) { live in
      let client = try await live.connect()
      client.send(Self.post("/count", "Content-Length: 10") + "abc")
      try await live.loop.eventually("the handler has a piece") { record.taken == 3 }
      async let left = live.server.drain(within: 400)
      let answer = try await client.answer()
      #expect(answer.status == 503)
      #expect(answer["Retry-After"] == "1")
      #expect(answer["Connection"] == "close")
      client.close()
      #expect(await left == 0)
      #expect(record.failures.count == 1)
    }
  }

  @Test func aBodyThatComesInTimeIsFinishedWhileTheServerDrains() async throws {
    let record = Record()
    try await LiveServer.with(Self.routes(record)) { live in
      let client = try await live.connect()
      client.send(Self.post("/count", "Content-Length: 10") + "abc")
      try await live.loop.eventually("the handler has a piece") { record.taken == 3 }
      async let left = live.server.drain(within: 60_000)
      try await live.loop.sleep(milliseconds: 70)
      client.send("defghij")
      let answer = try await client.answer()
      #expect(answer.body == "10")
      #expect(answer["Connection"] == "close")
      client.close()
      #expect(await left == 0)
    }
  }
}
