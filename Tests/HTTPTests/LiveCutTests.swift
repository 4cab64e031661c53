import EventLoop
import TestSupport
import Testing

@testable import HTTP

/// Requests that reach a live socket in any cut. The parser alone is cut in `RequestStreamTests`; here the connection
/// reads, answers, and goes on between the pieces.
@Suite(.timeLimit(.minutes(10))) struct LiveCutTests {
  /// Answers with what it understood, so that a wrong reading shows.
  static let routes = [Method.get, .post, .options].map { method in
    [
      Route(method, "/", bodyLimit: 1000, handler: echo),
      Route(method, "/{a}", bodyLimit: 1000, handler: echo),
      Route(method, "/{a}/{b}", bodyLimit: 1000, handler: echo),
    ]
  }.flatMap { $0 }

  @Sendable private static func echo(_ request: Request, _ response: consuming ResponseWriter) async throws {
    let query = request.withQuery { String(decoding: $0, as: UTF8.self) }
    response.send(type: "text/plain", headers: [Header("X-Read", "\(request.path)?\(query)")]) { body in
      request.body.withBytes { body.append($0) }
    }
  }

  /// The requests that these routes serve, each as often as it has bytes.
  private static let served = Sample.all.filter { sample in
    sample.requests.allSatisfy {
      ["GET", "POST"].contains($0.method) && $0.path.split(separator: "/").count <= 2
        && !$0.path.hasPrefix("//") && $0.path != "/a/../b"
    }
  }

  private static func check(_ client: LiveClient, _ sample: Sample, _ comment: String) async throws {
    for request in sample.requests {
      var answer = try await client.answer()
      if answer.status == 100 { answer = try await client.answer() }
      #expect(answer.status == 200, "\(comment)")
      #expect(answer["X-Read"] == "\(request.path)?\(request.query)", "\(comment)")
      #expect(answer.body == request.body, "\(comment)")
    }
    if sample.requests.last?.keepsAlive == false {
      #expect(try await client.rest() == "", "\(comment)")
      client.close()
    }
  }

  @Test(arguments: served)
  func everyCutGivesTheSameAnswers(_ sample: Sample) async throws {
    let bytes = Array(sample.text.utf8)
    try await LiveServer.with(Self.routes) { live in
      var client = try await live.connect()
      for cut in 1..<bytes.count {
        if client.stream.isClosed { client = try await live.connect() }
        let before = live.loop.bytesReceived
        client.send(Array(bytes[..<cut]))
        // The first piece has been read before the second is sent.
        try await live.loop.eventually("the piece is read") { live.loop.bytesReceived >= before + cut }
        client.send(Array(bytes[cut...]))
        try await Self.check(client, sample, "cut at \(cut)")
      }
    }
  }

  @Test(arguments: 0..<12)
  func pipelinesInOddCutsAreAnsweredInOrder(_ seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let staying = Self.served.filter { $0.requests.allSatisfy { $0.keepsAlive && !$0.expectsContinue } }
    let samples = (0..<30).compactMap { _ in staying.randomElement(using: &random) }
    let text = samples.flatMap { Array($0.text.utf8) }
    var cuts: [Int] = []
    var at = 0
    while at < text.count {
      cuts.append(at)
      at += Int.random(in: 1...90, using: &random)
    }
    let pieces = cuts.indices.map {
      Array(text[cuts[$0]..<($0 + 1 < cuts.count ? cuts[$0 + 1] : text.count)])
    }
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for piece in pieces {
            client.send(piece)
            try await live.loop.sleep(milliseconds: 0)
          }
        }
        for (index, sample) in samples.enumerated() {
          try await Self.check(client, sample, "request \(index)")
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func aRefusedRequestIsRefusedByteByByteToo() async throws {
    try await LiveServer.with(Self.routes) { live in
      for refused in RefusalTests.requestLines + RefusalTests.targets + RefusalTests.fields
        + RefusalTests.framing
      {
        let client = try await live.connect()
        for byte in refused.text.latin1 {
          client.send([byte])
          // A turn of the loop, in which the byte is read. Some are refused before their last one.
          try await live.loop.sleep(milliseconds: 0)
        }
        let answer = try await client.answer()
        #expect(answer.status == refused.status, "\(refused.testDescription)")
        #expect(answer["Connection"] == "close")
        #expect(try await client.rest() == "")
        client.close()
      }
    }
  }
}
