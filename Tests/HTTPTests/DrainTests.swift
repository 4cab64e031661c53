import EventLoop
import TestSupport
import Testing

@testable import HTTP

/// The end of a server: what was begun is finished, and nothing that was accepted is lost.
@Suite(.timeLimit(.minutes(5))) struct DrainTests {
  /// SAFETY: `@unchecked Sendable` since it is used on one loop alone.
  final class Gate: @unchecked Sendable {
    var entered = 0
    var isOpen = false
    var canceled = 0
  }

  static func routes(_ gate: Gate) -> [Route] {
    [
      Route(.get, "/quick") { _, response in response.json { $0.append("{}") } },
      Route(.get, "/gate") { request, response in
        gate.entered += 1
        try await request.loop.eventually("the gate opens") { gate.isOpen }
        response.json { $0.append("{\"gate\":1}") }
      },
      Route(.get, "/sleep") { request, response in
        gate.entered += 1
        do {
          try await request.loop.sleep(milliseconds: 1_000_000)
        } catch {
          gate.canceled += 1
          throw error
        }
        response.json { $0.append("{}") }
      },
      Route(.get, "/stuck") { request, _ in
        gate.entered += 1
        // Deaf to cancellation, until the test lets go.
        while !gate.isOpen { try? await request.loop.offload {} }
      },
      Route(.post, "/echo", bodyLimit: 1000) { request, response in
        response.send(type: "text/plain") { body in request.body.withBytes { body.append($0) } }
      },
    ]
  }

  static func settings(grace: UInt64) -> ServerSettings {
    var settings = ServerSettings()
    settings.drainGrace = grace
    return settings
  }

  static let get = "GET /quick HTTP/1.1\r\nHost: a\r\n\r\n"

  @Test func withoutConnectionsItIsOverAtOnce() async throws {
    try await LiveServer.with(Self.routes(Gate()), settings: Self.settings(grace: 60_000)) { live in
      #expect(await live.server.drain(within: 60_000) == 0)
      await #expect(throws: UVError.self) { _ = try await live.connect() }
    }
  }

  @Test func connectionsAtRestAreClosedAfterTheGrace() async throws {
    try await LiveServer.with(Self.routes(Gate()), settings: Self.settings(grace: 100)) { live in
      let used = try await live.connect()
      #expect(try await used.get("/quick").status == 200)
      let fresh = try await live.connect()
      try await live.loop.eventually("both are there") { live.server.connectionCount == 2 }
      let began = live.loop.now
      #expect(await live.server.drain(within: 30_000) == 0)
      #expect(live.loop.now - began >= 100)
      #expect(live.loop.now - began < 15_000)
      #expect(try await used.rest() == "")
      #expect(try await fresh.rest() == "")
    }
  }

  @Test func whatIsUnderWayIsFinishedAndIsTheLast() async throws {
    let gate = Gate()
    try await LiveServer.with(Self.routes(gate), settings: Self.settings(grace: 0)) { live in
      let client = try await live.connect()
      client.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n")
      try await live.loop.eventually("the handler works") { gate.entered == 1 }
      async let left = live.server.drain(within: 30_000)
      try await live.loop.sleep(milliseconds: 20)
      #expect(live.server.isDraining)
      gate.isOpen = true
      let answer = try await client.answer()
      #expect(answer.body == "{\"gate\":1}")
      #expect(answer["Connection"] == "close")
      #expect(try await client.rest() == "")
      client.close()
      #expect(await left == 0)
    }
  }

  /// The request lies in the kernel when the drain begins, and the grace is over at once.
  @Test func aRequestThatHasArrivedIsAnswered() async throws {
    try await LiveServer.with(Self.routes(Gate()), settings: Self.settings(grace: 0)) { live in
      let used = try await live.connect()
      #expect(try await used.get("/quick").status == 200)
      let fresh = try await live.connect()
      try await live.loop.eventually("both are there") { live.server.connectionCount == 2 }
      used.send(Self.get)
      fresh.send(Self.get)
      // In the backlog, with its request.
      let plain = try PlainSocket(port: live.address.port)
      defer { plain.depart(.close) }
      plain.send(Self.get)
      async let left = live.server.drain(within: 30_000)
      for client in [used, fresh] {
        let answer = try await client.answer()
        #expect(answer.status == 200)
        #expect(answer["Connection"] == "close")
        client.close()
      }
      plain.finish()
      #expect(await left == 0)
      #expect(plain.receive().hasPrefix("HTTP/1.1 200 OK\r\n"))
    }
  }

  @Test func aRequestThatComesWithinTheGraceIsAnswered() async throws {
    try await LiveServer.with(Self.routes(Gate()), settings: Self.settings(grace: 30_000)) { live in
      let client = try await live.connect()
      #expect(try await client.get("/quick")["Connection"] == nil)
      async let left = live.server.drain(within: 60_000)
      try await live.loop.sleep(milliseconds: 30)
      let answer = try await client.get("/quick")
      #expect(answer.status == 200)
      #expect(answer["Connection"] == "close")
      client.close()
      #expect(await left == 0)
    }
  }

  @Test func aPipelineThatIsHereIsAnsweredToItsEnd() async throws {
    let gate = Gate()
    try await LiveServer.with(Self.routes(gate), settings: Self.settings(grace: 0)) { live in
      let client = try await live.connect()
      client.send(
        "GET /gate HTTP/1.1\r\nHost: a\r\n\r\n" + Self.get
          + "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi" + Self.get)
      try await live.loop.eventually("the handler works") { gate.entered == 1 }
      async let left = live.server.drain(within: 30_000)
      gate.isOpen = true
      #expect(try await client.answer()["Connection"] == nil)
      #expect(try await client.answer()["Connection"] == nil)
      #expect(try await client.answer().body == "hi")
      #expect(try await client.answer()["Connection"] == "close")
      #expect(try await client.rest() == "")
      client.close()
      #expect(await left == 0)
    }
  }

  @Test func anUnfinishedRequestMayStillBeFinished() async throws {
    try await LiveServer.with(Self.routes(Gate()), settings: Self.settings(grace: 0)) { live in
      let body = try await live.connect()
      body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe")
      let head = try await live.connect()
      head.send("GET /quick HTT")
      try await live.loop.eventually("both are there") { live.server.connectionCount == 2 }
      try await live.loop.sleep(milliseconds: 5)
      async let left = live.server.drain(within: 30_000)
      try await live.loop.sleep(milliseconds: 30)
      body.send("llo")
      head.send("P/1.1\r\nHost: a\r\n\r\n")
      #expect(try await body.answer().body == "hello")
      #expect(try await head.answer()["Connection"] == "close")
      body.close()
      head.close()
      #expect(await left == 0)
    }
  }

  @Test func afterTheLimitHandlersAreCanceled() async throws {
    let gate = Gate()
    try await LiveServer.with(Self.routes(gate), settings: Self.settings(grace: 0)) { live in
      let client = try await live.connect()
      client.send("GET /sleep HTTP/1.1\r\nHost: a\r\n\r\n")
      try await live.loop.eventually("the handler works") { gate.entered == 1 }
      #expect(await live.server.drain(within: 50) == 0)
      #expect(gate.canceled == 1)
    }
  }

  @Test func aHandlerThatDoesNotEndIsLeftBehind() async throws {
    let gate = Gate()
    try await LiveServer.with(Self.routes(gate), settings: Self.settings(grace: 0)) { live in
      let client = try await live.connect()
      client.send("GET /stuck HTTP/1.1\r\nHost: a\r\n\r\n")
      try await live.loop.eventually("the handler works") { gate.entered == 1 }
      #expect(await live.server.drain(within: 50) == 1)
      gate.isOpen = true
      try await live.loop.eventually("it has ended") { live.server.connectionCount == 0 }
    }
  }

  /// Clients on a loop of their own ask as fast as they can while the server ends. Every request that was sent before
  /// the server said that it closes gets its answer.
  @Test func underLoadNothingIsLost() async throws {
    let clients = try Loop.start(name: "clients")
    let counts = Counts()
    try await LiveServer.with(Self.routes(Gate()), settings: Self.settings(grace: 20_000)) { live in
      let address = live.address
      async let load: Void = clients.loop.run {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<32 {
            group.addTask {
              let client = LiveClient(try await TCPStream.connect(clients.loop, to: address))
              defer { client.close() }
              while true {
                let answer = try await client.get("/quick")
                guard answer.status == 200 else { throw AnswerError(description: "\(answer)") }
                counts.answered += 1
                if answer["Connection"] == "close" { return }
              }
            }
          }
          try await group.waitForAll()
        }
      }
      try await live.loop.eventually("all are there") { live.server.connectionCount == 32 }
      try await live.loop.sleep(milliseconds: 50)
      #expect(await live.server.drain(within: 30_000) == 0)
      try await load
    }
    #expect(clients.stop() == [])
    #expect(counts.answered > 32)
  }

  /// SAFETY: `@unchecked Sendable` since it is used on one loop, and read when that has ended.
  final class Counts: @unchecked Sendable {
    var answered = 0
  }
}
