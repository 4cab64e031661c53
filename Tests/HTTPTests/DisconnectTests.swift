import EventLoop
import TestSupport
import Testing

@testable import HTTP

/// Clients that go away at the wrong moment.
@Suite(.timeLimit(.minutes(5))) struct DisconnectTests {
  /// SAFETY: `@unchecked Sendable` since it is used on one loop alone.
  final class Gate: @unchecked Sendable {
    var entered = 0
    var ended = 0
    var isOpen = false
  }

  static func routes(_ gate: Gate) -> [Route] {
    [
      Route(.post, "/gate", bodyLimit: 1000) { request, response in
        gate.entered += 1
        try await request.loop.eventually("the gate opens") { gate.isOpen }
        gate.ended += 1
        response.json { $0.append("{}") }
      },
      Route(.get, "/large") { _, response in
        response.send(type: "text/plain") { body in
          body.append(filler: 20 << 20)
        }
      },
    ]
  }

  @Test(
    arguments: [
      "", "G", "GET / HTTP/1.1\r\nHost: a\r\n",
      "POST /gate HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc",
      "POST /gate HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
      "POST /gate HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n",
    ], PlainSocket.Departure.allCases)
  func beforeTheRequestIsComplete(_ part: String, _ departure: PlainSocket.Departure) async throws {
    let gate = Gate()
    try await LiveServer.with(Self.routes(gate)) { live in
      let client = try PlainSocket(port: live.address.port)
      client.send(part)
      try await live.loop.eventually("it is there") { live.server.connectionCount == 1 }
      try await live.loop.sleep(milliseconds: 2)
      client.depart(departure)
      try await live.loop.eventually("it is gone") { live.server.connectionCount == 0 }
      #expect(gate.entered == 0)
    }
  }

  @Test(arguments: PlainSocket.Departure.allCases)
  func whileTheHandlerWorks(_ departure: PlainSocket.Departure) async throws {
    let gate = Gate()
    try await LiveServer.with(Self.routes(gate)) { live in
      let client = try PlainSocket(port: live.address.port)
      client.send("POST /gate HTTP/1.1\r\nHost: a\r\n\r\n")
      try await live.loop.eventually("the handler works") { gate.entered == 1 }
      client.depart(departure)
      try await live.loop.sleep(milliseconds: 5)
      gate.isOpen = true
      try await live.loop.eventually("it is gone") { live.server.connectionCount == 0 }
      #expect(gate.ended == 1)
    }
  }

  @Test(arguments: PlainSocket.Departure.allCases)
  func whileTheAnswerIsOnItsWay(_ departure: PlainSocket.Departure) async throws {
    try await LiveServer.with(Self.routes(Gate())) { live in
      let client = try PlainSocket(port: live.address.port)
      client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
      try await live.loop.eventually("the answer waits") { live.server.unreadBytes > 0 }
      client.depart(departure)
      try await live.loop.eventually("it is gone") { live.server.connectionCount == 0 }
      try await live.loop.eventually("its bytes are given back") { live.server.unreadBytes == 0 }
    }
  }

  @Test(arguments: PlainSocket.Departure.allCases)
  func whileTheConnectionRests(_ departure: PlainSocket.Departure) async throws {
    let gate = Gate()
    gate.isOpen = true
    try await LiveServer.with(Self.routes(gate)) { live in
      let client = try PlainSocket(port: live.address.port)
      client.send("POST /gate HTTP/1.1\r\nHost: a\r\n\r\n")
      try await live.loop.eventually("it is answered") { gate.ended == 1 }
      try await live.loop.sleep(milliseconds: 2)
      client.depart(departure)
      try await live.loop.eventually("it is gone") { live.server.connectionCount == 0 }
    }
  }

  /// A client that has said all it wants to say may still read its answers.
  @Test func aHalfClosedClientGetsItsAnswers() async throws {
    let gate = Gate()
    try await LiveServer.with(Self.routes(gate)) { live in
      let client = try await live.connect()
      client.send("POST /gate HTTP/1.1\r\nHost: a\r\n\r\nPOST /gate HTTP/1.1\r\nHost: a\r\n\r\n")
      client.stream.finishWriting()
      try await live.loop.eventually("the handler works") { gate.entered == 1 }
      gate.isOpen = true
      #expect(try await client.answer().status == 200)
      #expect(try await client.answer().status == 200)
      #expect(try await client.rest() == "")
    }
  }

  @Test func manyThatComeAndGoLeaveNothing() async throws {
    let gate = Gate()
    gate.isOpen = true
    try await LiveServer.with(Self.routes(gate)) { live in
      for round in 0..<300 {
        let client = try PlainSocket(port: live.address.port)
        switch round % 30 {
        case 0: client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        case 1...15: client.send("POST /gate HTTP/1.1\r\nHost: a\r\n\r\n")
        default: break
        }
        if round % 7 == 0 { try await live.loop.sleep(milliseconds: 1) }
        client.depart(round % 2 == 0 ? .close : .reset)
      }
      try await live.loop.eventually("all are gone") { live.server.connectionCount == 0 }
      #expect(live.loop.openHandles.filter { $0 == "tcp" }.count == 1)
    }
  }
}
