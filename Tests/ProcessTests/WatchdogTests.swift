import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// Nothing blocks a loop: whatever is asked of it, no turn takes longer than 20 ms.
  @Suite struct WatchdogTests {
    private static let seconds = Scale.isFull ? 10.0 : 1.0

    /// What blocks does so every time; what comes of a busy machine, such as a lock whose holder has no processor, does
    /// not. So one quiet round of three is enough.
    @Test func noTurnIsLong() throws {
      try onStage { stage in
        let cluster = try Cluster.own.get()
        var findings: [String] = []
        for _ in 1...3 {
          findings = try longTurns(stage, cluster, try stage.database(rows: 5000, on: cluster))
          if findings.isEmpty { break }
          note("long turns: \(findings)")
        }
        #expect(findings.isEmpty)
      }
    }

    /// Puts a server under one kind of load after the other; tells which turns were long.
    private func longTurns(_ stage: Stage, _ cluster: Cluster, _ database: Database) throws -> [String] {
      var findings: [String] = []
      let server = try stage.server(
        database, ["--loops", "2", "--statement-timeout", "1s", "--page-budget", "8M"])
      let watch = try LoopWatch(server)
      func phase(_ name: String, _ body: () throws -> Void) throws {
        try body()
        try watch.look()
        findings += watch.takeFindings().map { "\(name): \($0)" }
        note("up to \(name), a turn held its loop up for \(watch.longestBlock) ms at most")
      }

      try phase("single rows and pages") {
        let clients = SteadyClients(port: server.port, rows: 5000, count: 32)
        try watch.look(for: Self.seconds)
        #expect(clients.stop().wrong.isEmpty)
      }
      for (name, headers) in [("large pages", []), ("compressed pages", ["Accept-Encoding: gzip"])] {
        try phase(name) {
          let connections = try (0..<24).map { _ in try server.connect() }
          try watch.look(for: Self.seconds) {
            for (index, connection) in connections.enumerated() {
              // Small ones are compressed on the loop.
              let target = "/customers?previous_id=\(index)&records=\(index % 2 == 0 ? 1000 : 10)"
              try connection.send(
                RunningServer.request(
                  "GET", target, headers: ["X-CUTSOM-AUTH: \(RunningServer.key)"] + headers))
            }
            for connection in connections { _ = try connection.answer() }
            return true
          }
        }
      }
      try phase("clients that come and go") {
        try watch.look(for: Self.seconds) {
          let connections = try (0..<100).map { _ in try server.connect() }
          for connection in connections { try connection.send(RunningServer.request("GET", "/customer/1")) }
          for connection in connections { #expect(try connection.answer().status == 200) }
          return true
        }
      }
      try phase("slow readers") {
        let readers = try (0..<64).map { _ in try server.connect() }
        for reader in readers {
          for _ in 0..<20 {
            try reader.send(RunningServer.request("GET", "/customers?previous_id=0&records=1000"))
          }
        }
        try watch.look(for: Self.seconds)
      }
      try phase("a file that is imported") {
        let first = try database.number("SELECT max(customer_id) FROM customers") + 1
        let rows = (first..<first + 50_000).map { "\($0),Zoë\n" }.joined()
        let file = stage.path("rows.csv")
        try "customer_id,first_name\n\(rows)".write(toFile: file, atomically: true, encoding: .utf8)
        // The last pages are others once it is in.
        let clients = SteadyClients(port: server.port, rows: 5000, count: 8, pages: false)
        let loaded = try stage.run(
          .server, ["script", "load_data", file, "--url", server.url], ["ROSTER_API_KEY": RunningServer.key])
        #expect(loaded.ending == .exited(0), "\(loaded.errors)")
        #expect(clients.stop().wrong.isEmpty)
      }
      try phase("a database that stands still") {
        let clients = SteadyClients(port: server.port, rows: 5000, count: 32, pages: false)
        cluster.freeze()
        defer { cluster.thaw() }
        // Until the connections are given up, and then those that cannot be opened.
        try watch.look(for: 5) { clients.tally.refused < 500 }
        cluster.thaw()
        let before = clients.tally.right
        try watch.look(for: 10) { clients.tally.right < before + 500 }
        #expect(clients.stop().wrong.isEmpty)
      }
      server.process.end()
      return findings
    }

    /// A server that is held up in the middle of a turn is noticed: the watchdog bites.
    @Test func aLongTurnIsSeen() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 1000), ["--loops", "1"])
        let watch = try LoopWatch(server)
        let clients = SteadyClients(port: server.port, rows: 1000, count: 32)
        try waitUntil("a turn that was held up to be seen") {
          server.process.signal(SIGSTOP)
          usleep(UInt32(LoopWatch.limit * 3000))
          server.process.signal(SIGCONT)
          try watch.look()
          return !watch.takeFindings().isEmpty
        }
        #expect(watch.longestBlock > LoopWatch.limit)
        _ = clients.stop()
      }
    }
  }
}
