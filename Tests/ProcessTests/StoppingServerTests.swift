import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// How the server ends.
  @Suite struct StoppingServerTests {
    private static let rounds = Scale.isFull ? 25 : 5
    private static let clients = Scale.isFull ? 64 : 16

    @Test func sigtermFinishesWhatIsUnderWay() throws {
      try onStage { stage in
        let cluster = try Cluster.own.get()
        let server = try stage.server(try stage.database(rows: 1000, on: cluster), ["--loops", "2"])
        let idle = try server.connect()
        try idle.send(RunningServer.request("GET", "/customer/1"))
        #expect(try idle.answer().status == 200)
        let busy = try (0..<32).map { _ in try server.connect() }
        cluster.freeze()
        defer { cluster.thaw() }
        for connection in busy {
          try connection.send(RunningServer.request("POST", "/customers?previous_id=0&records=1000"))
        }
        // A request that was sent later and answered shows that those before it were read.
        #expect(try server.ask("GET", "/livez").status == 200)
        server.process.signal(SIGTERM)
        try wait(for: "the server to be stopping") { server.events("stopping").first }
        // A connection without a request is closed; nobody else gets in.
        #expect(idle.isAtEnd())
        try waitUntil("the port to be closed") { (try? server.connect()) == nil }
        cluster.thaw()
        for connection in busy {
          let answer = try connection.answer()
          #expect(answer.status == 200)
          #expect(answer["Connection"] == "close")
          #expect(try answer.identifiers().count == 1000)
          #expect(connection.isAtEnd())
        }
        #expect(try server.process.waitForEnd(within: 5) == .exited(0))
        #expect(server.events("stopped").count == 1)
      }
    }

    /// A balancer that asks on a connection of before hears that nothing more should be sent here.
    @Test func readyzTellsThatTheEndHasCome() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 10), ["--loops", "2"])
        let request = Array(RunningServer.request("GET", "/readyz", headers: []).utf8)
        let probes = try (0..<8).map { _ in try server.connect() }
        for probe in probes {
          try probe.send(request)
          #expect(try probe.answer().status == 200)
          // One that has begun is not closed as one at rest would be.
          try probe.send(Array(request.dropLast(2)))
        }
        // It has been read, since what came behind it is answered.
        for _ in 0..<8 { #expect(try server.ask("GET", "/livez").status == 200) }
        server.process.signal(SIGTERM)
        try waitUntil("the port to be closed") { (try? server.connect()) == nil }
        for probe in probes {
          try probe.send(Array(request.suffix(2)))
          let answer = try probe.answer()
          try checkProblem(answer, 503, "Service Unavailable", "readyz")
          #expect(answer.text.contains("the server is stopping"), "\(answer.text)")
          #expect(answer["Retry-After"] == "1" && answer["Connection"] == "close")
          #expect(probe.isAtEnd())
        }
        #expect(try server.process.waitForEnd(within: 5) == .exited(0))
      }
    }

    /// Clients at full speed while the server ends: what was accepted is answered.
    @Test(arguments: [1, 2])
    func sigtermUnderLoadLosesNothing(loops: Int) throws {
      try onStage { stage in
        let database = try stage.database(rows: 1000)
        var answered = 0
        for round in 1...Self.rounds {
          let server = try stage.server(database, ["--loops", "\(loops)"])
          let clients = BusyClients(port: server.port, count: Self.clients)
          try waitUntil("requests to flow") { clients.tally.answered > 500 }
          server.process.signal(SIGTERM)
          #expect(try server.process.waitForEnd(within: 15) == .exited(0))
          let tally = clients.finish()
          #expect(tally.wrong == 0, "round \(round): \(tally)")
          #expect(tally.cut == 0, "round \(round): \(tally)")
          #expect(tally.lost == 0, "round \(round): \(tally)")
          answered += tally.answered
          if round == 1 { note("\(tally) with \(loops) loops") }
        }
        note("\(Self.rounds) stops under load with \(loops) loops: \(answered) requests answered, none lost")
      }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func aSecondSignalEndsAtOnce(number: Int32) throws {
      try onStage { stage in
        let cluster = try Cluster.own.get()
        let server = try stage.server(try stage.database(rows: 10, on: cluster))
        let busy = try server.connect()
        cluster.freeze()
        defer { cluster.thaw() }
        try busy.send(RunningServer.request("GET", "/customer/1"))
        #expect(try server.ask("GET", "/livez").status == 200)
        server.process.signal(number)
        try wait(for: "the server to be stopping") { server.events("stopping").first }
        server.process.signal(number)
        let time = try milliseconds { _ = try server.process.waitForEnd(within: 5) }
        #expect(server.process.ending == .exited(128 + number))
        #expect(time < 500)
      }
    }

    @Test func theDrainIsBounded() throws {
      try onStage { stage in
        let cluster = try Cluster.own.get()
        let server = try stage.server(
          try stage.database(rows: 10, on: cluster), ["--drain-time", "500ms", "--statement-timeout", "1h"])
        let busy = try server.connect()
        cluster.freeze()
        defer { cluster.thaw() }
        try busy.send(RunningServer.request("GET", "/customer/1"))
        #expect(try server.ask("GET", "/livez").status == 200)
        server.process.signal(SIGTERM)
        let time = try milliseconds { _ = try server.process.waitForEnd(within: 10) }
        #expect(server.process.ending == .exited(0))
        #expect(time >= 400 && time < 3000, "\(time) ms")
      }
    }

    @Test func theSamePortIsFreeAgainAtOnce() throws {
      try onStage { stage in
        let database = try stage.database(rows: 1)
        let first = try stage.server(database)
        let kept = try first.connect()
        try kept.send(RunningServer.request("GET", "/customer/1"))
        #expect(try kept.answer().status == 200)
        // While it runs the port is taken, and that is said.
        let second = try stage.run(
          .server, ["serve", "--port", "\(first.port)"],
          ["DATABASE_URL": database.url, "ROSTER_API_KEYS": "k"])
        #expect(second.ending == .exited(1))
        #expect(second.errors.contains("\(first.port)"), "\(second.errors)")
        first.process.signal(SIGTERM)
        #expect(try first.process.waitForEnd(within: 5) == .exited(0))
        #expect(try stage.server(database, ["--port", "\(first.port)"]).port == first.port)
      }
    }
  }
}
