import EventLoop
import Testing

@testable import HTTP

/// Answers that are sent piece by piece.
@Suite(.timeLimit(.minutes(5))) struct StreamedAnswerTests {
  struct Broken: Error {}

  static let routes: [Route] = [
    Route(.get, "/pieces") { _, response in
      try await response.stream(type: "text/plain") { body in
        for piece in ["one", "", "two", "three"] { try await body.write { $0.append(text: piece) } }
      }
    },
    Route(.get, "/broken") { _, response in
      try await response.stream(type: "text/plain") { body in
        try await body.write { $0.append("begun") }
        throw Broken()
      }
    },
    Route(.get, "/large") { _, response in
      try await response.stream(type: "text/plain") { body in
        for _ in 0..<400 {
          try await body.write { buffer in
            buffer.appendUnsafe(room: 65_536) { room -> Int in
              room.initializeMemory(as: UInt8.self, repeating: UInt8(ascii: "x"))
              return room.count
            }
          }
        }
      }
    },
    Route(.get, "/plain") { _, response in response.json { $0.append("{}") } },
  ]

  static let chunks = "3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n"

  @Test func piecesAreChunksAndTheConnectionGoesOn() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      client.send(
        "GET /pieces HTTP/1.1\r\nHost: a\r\n\r\nGET /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      let text = try await client.rest()
      #expect(text.contains("Transfer-Encoding: chunked"))
      #expect(!text.prefix { $0 != "{" }.contains("Content-Length: 11"))
      #expect(text.contains("\r\n\r\n\(Self.chunks)HTTP/1.1 200 OK"))
      #expect(text.hasSuffix("{}"))
    }
  }

  @Test func http10GetsTheBytesAndTheEndOfTheConnection() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      client.send("GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      let text = try await client.rest()
      #expect(text.contains("Connection: close"))
      #expect(!text.contains("chunked"))
      #expect(text.hasSuffix("\r\n\r\nonetwothree"))
    }
  }

  @Test func headHasNoBody() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      client.send(
        "HEAD /pieces HTTP/1.1\r\nHost: a\r\n\r\nGET /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      let text = try await client.rest()
      #expect(!text.contains("one"))
      #expect(text.hasSuffix("{}"))
    }
  }

  @Test func aProducerThatFailsCutsTheConnection() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      client.send("GET /broken HTTP/1.1\r\nHost: a\r\n\r\n")
      let text = try await client.rest()
      #expect(text.hasSuffix("5\r\nbegun\r\n"), "without the last chunk the answer is incomplete")
    }
  }

  @Test func aReaderThatWaitsHoldsTheWriterNotTheMemory() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      client.send("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      var most = 0
      let watch = LoopTimer(live.loop) { most = max(most, live.server.unreadBytes) }
      watch.start(after: 1, every: 1)
      try await live.loop.sleep(milliseconds: 50)
      let text = try await client.rest()
      watch.close()
      #expect(text.utf8.count > 400 * 65_536)
      #expect(text.hasSuffix("\r\n0\r\n\r\n"))
      #expect(most <= 2 * 65_536 + 16, "more than a piece was held: \(most)")
    }
  }
}
