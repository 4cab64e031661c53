import EventLoop
import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// Between server and PostgreSQL stands a proxy that cuts, stalls, delays, trickles and resets. Whatever it does, an
  /// answer is right or says "not now", and nobody waits for ever.
  @Suite struct ServerBehindChaosTests {
    private static let rows = 500
    private static let rounds = Scale.isFull ? 400 : 60

    private func behindProxy(
      _ body: (ChaosProxy, RunningServer) async throws -> Void
    ) async throws {
      try await onStage { stage in
        let cluster = try PrivateCluster()
        stage.finally { cluster.remove() }
        _ = try stage.database(rows: Self.rows, on: cluster)
        let proxy = try await ChaosProxy(to: .unix("\(cluster.socketFolder)/.s.PGSQL.5432"))
        let database = Database(
          "postgresql://postgres@127.0.0.1:\(proxy.port)/postgres?sslmode=disable", stage)
        let server = try stage.server(database, ["--loops", "2", "--statement-timeout", "1s"])
        do {
          try await body(proxy, server)
          #expect(server.process.isRunning)
          server.process.signal(SIGTERM)
          #expect(try server.process.waitForEnd(within: 20) == .exited(0))
        } catch {
          try await proxy.stop()
          throw error
        }
        try await proxy.stop()
      }
    }

    /// One kind of mischief after the other, each on every connection that comes, under requests.
    @Test func oneKindAtATime() async throws {
      try await behindProxy { proxy, server in
        for kind in [
          "cut", "reset", "cut in a request", "stall", "delay", "crumbs", "byte by byte", "refuse", "silent",
        ] {
          try await meet(kind, proxy, server)
        }
      }
    }

    private func meet(_ kind: String, _ proxy: ChaosProxy, _ server: RunningServer) async throws {
      // A byte a millisecond: a page would take longer than the server waits.
      let clients = SteadyClients(
        port: server.port, rows: Self.rows, count: 6, pages: kind != "byte by byte")
      try waitUntil("requests to flow") { clients.tally.right > 20 }
      let turn = Locked(0)
      let before = proxy.count.connections
      proxy.choose { _ in
        let number = turn.withLock {
          $0 += 1
          return $0
        }
        return Self.mischief(kind, number)
      }
      // Those that are there already are none of it.
      try await proxy.cutAll(resetting: kind == "reset")
      let rounds =
        ["stall", "silent"].contains(kind)
        ? 4 : ["delay", "crumbs", "byte by byte"].contains(kind) ? 0 : 12
      try waitUntil("connections to meet \(kind)", within: 60) {
        proxy.count.connections >= before + rounds + 2
      }
      let seen = clients.tally
      if rounds == 0 {
        try waitUntil("answers in spite of \(kind)", within: 60) { clients.tally.right > seen.right + 20 }
      }
      proxy.choose { _ in Mischief() }
      try await proxy.cutAll()
      let after = clients.tally.right
      let time = try milliseconds {
        try waitUntil("the service to be back after \(kind)", within: 60) {
          clients.tally.right > after + 100
        }
      }
      let tally = clients.stop()
      note("\(kind): \(tally); back \(Int(time)) ms after it ended")
      #expect(tally.wrong.isEmpty, "\(kind): \(tally)")
      // Two limits of ours, each looked at twice a second, and the time to connect.
      #expect(tally.longest < 15_000, "\(kind): \(tally)")
    }

    private static func mischief(_ kind: String, _ number: Int) -> Mischief {
      Mischief {
        switch kind {
        case "cut": $0.cutAfterServerBytes = 300 + number * 977 % 40_000
        case "reset":
          $0.cutAfterServerBytes = 300 + number * 977 % 40_000
          $0.resets = true
        case "cut in a request": $0.cutAfterClientBytes = 50 + number * 97 % 4000
        case "stall": $0.stallAfterServerBytes = 500 + number * 977 % 20_000
        case "delay": $0.answerDelay = 50
        case "crumbs": $0.trickle = 1400
        case "byte by byte": $0.trickle = 1
        case "refuse": $0.refuses = true
        case "silent": $0.isSilent = true
        default: break
        }
      }
    }

    /// All of it at once, at random, again and again.
    @Test func everythingAtOnce() async throws {
      try await behindProxy { proxy, server in
        let clients = SteadyClients(port: server.port, rows: Self.rows, count: 8)
        try waitUntil("requests to flow") { clients.tally.right > 20 }
        let random = Locked(SeededGenerator(seed: 1))
        let kinds = [
          "cut", "reset", "cut in a request", "stall", "delay", "crumbs", "refuse", "none", "none",
        ]
        let start = proxy.count.connections
        proxy.choose { _ in
          random.withLock { random in
            Self.mischief(
              kinds.randomElement(using: &random) ?? "none", Int.random(in: 0...100_000, using: &random))
          }
        }
        try await proxy.cutAll()
        while proxy.count.connections < start + Self.rounds {
          try await Task.sleep(for: .milliseconds(100))
          if random.withLock({ Int.random(in: 0..<10, using: &$0) }) == 0 {
            try await proxy.cutAll(resetting: true)
          }
          try #require(server.process.isRunning)
        }
        proxy.choose { _ in Mischief() }
        try await proxy.cutAll()
        let after = clients.tally.right
        try waitUntil("the service to be back", within: 60) { clients.tally.right > after + 100 }
        let tally = clients.stop()
        note("\(proxy.count.connections - start) connections of all kinds: \(tally)")
        #expect(tally.wrong.isEmpty, "\(tally)")
        #expect(tally.longest < 15_000, "\(tally)")
        #expect(tally.right > 100)
      }
    }
  }
}
