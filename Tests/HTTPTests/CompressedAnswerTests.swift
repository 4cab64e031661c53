import EventLoop
import TestSupport
import Testing

@testable import HTTP

/// Answers as gzip, over a live connection.
@Suite(.timeLimit(.minutes(5))) struct CompressedAnswerTests {
  /// A text that is not the same all over, twice as long as deflate looks back.
  static let sample: [UInt8] = {
    var random = SeededGenerator(seed: 1)
    let words = ["customer", "\"first_name\":", "null,", "Зоя", "0123456789"].map { Array($0.utf8) }
    var sample: [UInt8] = []
    while sample.count < 64 * 1024 { sample += words.randomElement(using: &random) ?? [] }
    return sample
  }()

  /// A text of that many bytes.
  static func text(_ length: Int) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(length + sample.count)
    while text.count < length { text += sample }
    return Array(text.prefix(length))
  }

  /// `/text/5000` is a text of 5,000 bytes; `/image/5000` is the same and says that it is a picture.
  static let routes: [Route] = [
    Route(.get, "/text/{length}", isBulk: true) { request, response in
      let length = request.withParameter(0) { Int(String(decoding: $0, as: UTF8.self)) ?? 0 }
      response.json { body in text(length).withUnsafeBytes { body.append($0) } }
    },
    Route(.get, "/image/{length}") { _, response in
      response.send(type: "image/png") { body in text(5000).withUnsafeBytes { body.append($0) } }
    },
    Route(.get, "/packed") { _, response in
      response.send(type: "text/plain", headers: [Header("Content-Encoding", "br")]) { body in
        text(5000).withUnsafeBytes { body.append($0) }
      }
    },
    Route(.get, "/chosen") { _, response in
      response.send(type: "text/plain", headers: [Header("Vary", "Accept-Encoding")]) { body in
        text(5000).withUnsafeBytes { body.append($0) }
      }
    },
    Route(.get, "/headers") { _, response in
      response.send(type: "text/css", headers: [Header("ETag", "\"1\"")]) { body in
        text(5000).withUnsafeBytes { body.append($0) }
      }
    },
    Route(.get, "/problem") { _, _ in
      throw Problem(.badRequest, String(repeating: "no ", count: 1000))
    },
    Route(.get, "/faulty") { _, response in
      response.json { body in text(100_000).withUnsafeBytes { body.append($0) } }
      throw DisconnectedHandler()
    },
  ]
  struct DisconnectedHandler: Error {}

  static func request(_ path: String, _ encoding: String? = "gzip", method: String = "GET") -> String {
    "\(method) \(path) HTTP/1.1\r\nHost: a\r\n\(encoding.map { "Accept-Encoding: \($0)\r\n" } ?? "")\r\n"
  }

  /// On both sides of each size that matters: the smallest, the largest that stays on the loop, zlib's buffers.
  @Test(arguments: [1024, 1025, 8191, 8192, 8193, 32_767, 32_768, 65_537, 1 << 20, 5_000_000])
  func comesBackAsItWas(_ length: Int) async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      // Twice, since the compressor is used again.
      for _ in 0..<2 {
        client.send(Self.request("/text/\(length)"))
        let answer = try await client.answer()
        #expect(answer.status == 200)
        #expect(answer["Content-Encoding"] == "gzip")
        #expect(answer["Vary"] == "Accept-Encoding")
        #expect(answer["Content-Type"] == "application/json")
        #expect(answer.bytes.count < length / 2)
        #expect(try Inflater.inflate(answer.bytes) == Self.text(length))
      }
      #expect(live.server.counts.compressed == 2)
      #expect(live.server.unreadBytes == 0)
    }
  }

  @Test func whatIsSmallIsSentAsItIs() async throws {
    try await LiveServer.with(Self.routes) { live in
      let answer = try await live.ask(Self.request("/text/1023"))
      #expect(answer["Content-Encoding"] == nil)
      #expect(answer.bytes == Self.text(1023))
    }
  }

  @Test(arguments: [nil, "identity", "gzip;q=0", "br", "gzip;q=x"])
  func whoDoesNotAskGetsItAsItIs(_ encoding: String?) async throws {
    try await LiveServer.with(Self.routes) { live in
      for length in [5000, 50_000] {
        let answer = try await live.ask(Self.request("/text/\(length)", encoding))
        #expect(answer["Content-Encoding"] == nil)
        // A cache between must know that another client gets other bytes.
        #expect(answer["Vary"] == "Accept-Encoding")
        #expect(answer["Content-Length"] == "\(length)")
        #expect(answer.bytes == Self.text(length))
      }
    }
  }

  /// Whoever says that it depends on the client has looked at the client.
  @Test func whatWasNegotiatedIsLeftAlone() async throws {
    try await LiveServer.with(Self.routes) { live in
      let answer = try await live.ask(Self.request("/chosen"))
      #expect(answer["Content-Encoding"] == nil)
      #expect(answer["Vary"] == "Accept-Encoding", "it is said once")
      #expect(answer.bytes == Self.text(5000))
    }
  }

  @Test func whatIsCompressedAlreadyIsLeftAlone() async throws {
    try await LiveServer.with(Self.routes) { live in
      for path in ["/image/1", "/packed"] {
        let answer = try await live.ask(Self.request(path))
        #expect(answer["Content-Encoding"] == (path == "/packed" ? "br" : nil))
        #expect(answer["Vary"] == nil)
        #expect(answer.bytes == Self.text(5000))
      }
    }
  }

  @Test func headersOfItsOwnStay() async throws {
    try await LiveServer.with(Self.routes) { live in
      let answer = try await live.ask(Self.request("/headers"))
      #expect(answer["ETag"] == "\"1\"")
      #expect(answer["Content-Encoding"] == "gzip")
      #expect(try Inflater.inflate(answer.bytes) == Self.text(5000))
    }
  }

  @Test func problemsAreCompressedToo() async throws {
    try await LiveServer.with(Self.routes) { live in
      let answer = try await live.ask(Self.request("/problem"))
      #expect(answer.status == 400)
      #expect(try String(decoding: Inflater.inflate(answer.bytes), as: UTF8.self).contains("\"status\":400"))
    }
  }

  @Test func headCompressesNothing() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      for length in [5000, 50_000] {
        client.send(Self.request("/text/\(length)", method: "HEAD"))
        let head = try await client.answer(toHEAD: true)
        #expect(head["Content-Encoding"] == "gzip")
        #expect(head["Vary"] == "Accept-Encoding")
        #expect(head["Content-Length"] == nil)
        // Bytes of a body would be read as the next answer.
        #expect(try await client.get("/text/10").bytes == Self.text(10))
      }
      #expect(live.server.counts.compressed == 0)
    }
  }

  @Test func aPipelineKeepsItsOrder() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      let lengths = [50_000, 10, 9000, 100_000, 2000, 20_000, 1]
      client.send(lengths.map { Self.request("/text/\($0)") }.joined())
      for length in lengths {
        let answer = try await client.answer()
        let body = answer["Content-Encoding"] == nil ? answer.bytes : try Inflater.inflate(answer.bytes)
        #expect(body == Self.text(length))
      }
    }
  }

  /// What waits for the compressor is memory that its reader holds.
  @Test func whatWaitsForTheCompressorCountsAgainstTheBudget() async throws {
    var settings = ServerSettings.quick
    settings.unreadBytes = 1 << 20
    try await LiveServer.with(Self.routes, settings: settings) { live in
      var clients: [LiveClient] = []
      for _ in 0..<12 { clients.append(try await live.connect()) }
      for client in clients { client.send(Self.request("/text/2000000")) }
      var statuses: [Int: Int] = [:]
      for client in clients { statuses[try await client.answer().status, default: 0] += 1 }
      #expect((statuses[503] ?? 0) > 0)
      #expect((statuses[200] ?? 0) > 0)
      #expect(live.server.counts.overBudget == statuses[503])
      try await live.loop.eventually("all is given back") { live.server.unreadBytes == 0 }
    }
  }

  /// The loop does not compress large answers itself: whoever asks for something small is served before they are done.
  @Test func othersAreServedMeanwhile() async throws {
    let large = Self.text(30_000_000)
    let routes =
      Self.routes + [
        Route(.get, "/huge") { _, response in
          response.json { body in large.withUnsafeBytes { body.append($0) } }
        }
      ]
    var settings = ServerSettings.quick
    settings.unreadBytes = 1 << 30
    try await LiveServer.with(routes, settings: settings) { live in
      let huge = try await live.connect()
      let other = try await live.connect()
      huge.send(Self.request("/huge"))
      try await live.loop.eventually("it is being compressed") { live.server.unreadBytes > 0 }
      for _ in 0..<5 { #expect(try await other.get("/text/10").status == 200) }
      #expect(live.server.counts.compressed == 0, "the others had to wait")
      #expect(try await huge.answer()["Content-Encoding"] == "gzip")
    }
  }

  @Test func aFaultBehindALargeAnswerChangesNothing() async throws {
    try await LiveServer.with(Self.routes) { live in
      let answer = try await live.ask(Self.request("/faulty"))
      #expect(answer.status == 200)
      #expect(try Inflater.inflate(answer.bytes) == Self.text(100_000))
    }
  }

  @Test(arguments: PlainSocket.Departure.allCases)
  func aClientThatGoesMeanwhileLeavesNothing(_ departure: PlainSocket.Departure) async throws {
    try await LiveServer.with(Self.routes) { live in
      for _ in 0..<10 {
        let client = try PlainSocket(port: live.address.port)
        client.send(Self.request("/text/5000000"))
        try await live.loop.eventually("it is being compressed") { live.server.unreadBytes > 0 }
        client.depart(departure)
        try await live.loop.eventually("it is gone") { live.server.connectionCount == 0 }
        try await live.loop.eventually("all is given back") { live.server.unreadBytes == 0 }
      }
    }
  }
}
