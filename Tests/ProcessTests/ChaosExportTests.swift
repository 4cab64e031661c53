import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// The exporter behind a network that cuts, stalls, resets and trickles, and a server that goes away and comes back.
  /// Whatever happens, the finished file is PostgreSQL's own, byte for byte.
  @Suite struct ChaosExportTests {
    /// Runs `body` with a proxy between exporter and server.
    private func withProxy(
      on stage: Stage, rows: Int, _ choose: @escaping @Sendable (Int) -> Mischief = { _ in Mischief() },
      _ body: (Database, RunningServer, ChaosProxy) async throws -> Void
    ) async throws {
      let database = try stage.database(rows: rows)
      let server = try stage.server(database)
      try await ChaosProxy.with(to: .tcp(server.port), choose: choose) { proxy in
        try await body(database, server, proxy)
      }
    }

    private func export(_ stage: Stage, _ proxy: ChaosProxy, _ options: [String]) -> ExporterCommand {
      stage.export("http://127.0.0.1:\(proxy.port)", options)
    }

    @Test(arguments: [false, true])
    func connectionsThatBreakAnywhere(resets: Bool) async throws {
      try await onStage { stage in
        // Somewhere in a head, in a page, between two pages. Every second one is well, so that the waits stay short.
        let mischief: @Sendable (Int) -> Mischief = { number in
          Mischief {
            $0.cutAfterServerBytes = number % 2 == 0 ? 1 + number * 7919 % 90_000 : 200_000
            $0.resets = resets
          }
        }
        try await withProxy(on: stage, rows: Scale.isFull ? 3000 : 2000, mischief) { database, _, proxy in
          let child = try stage.checkExport(export(stage, proxy, ["--records", "100"]), of: database)
          #expect(proxy.count.connections > 10)
          #expect(child.errors.contains("trying for 120 s"), "\(child.errors)")
        }
      }
    }

    @Test func requestsThatNeverArrive() async throws {
      try await onStage { stage in
        let mischief: @Sendable (Int) -> Mischief = { number in
          Mischief {
            if number % 4 == 0 { $0.cutAfterClientBytes = number * 5 + 1 }
            $0.refuses = number % 4 == 2
            // A few pages, then the next one.
            $0.cutAfterServerBytes = 200_000
          }
        }
        try await withProxy(on: stage, rows: 3000, mischief) { database, _, proxy in
          try stage.checkExport(export(stage, proxy, ["--records", "100"]), of: database)
        }
      }
    }

    @Test func connectionsThatStandStill() async throws {
      try await onStage { stage in
        let mischief: @Sendable (Int) -> Mischief = { number in
          Mischief {
            if number % 2 == 0, number < (Scale.isFull ? 8 : 6) { $0.stallAfterServerBytes = number * 3000 }
            $0.isSilent = number == 4
          }
        }
        try await withProxy(on: stage, rows: 3000, mischief) { database, _, proxy in
          try stage.checkExport(
            export(stage, proxy, ["--records", "100", "--stall-timeout", "1s"]), of: database)
        }
      }
    }

    @Test(arguments: [(1, 4), (7, 20), (1000, 2000)])
    func answersThatTrickle(bytes: Int, rows: Int) async throws {
      try await onStage { stage in
        try await withProxy(on: stage, rows: rows, { _ in Mischief { $0.trickle = bytes } }) {
          database, _, proxy in
          try stage.checkExport(export(stage, proxy, ["--records", "100"]), of: database)
        }
      }
    }

    @Test func aServerThatIsAwayForAWhile() async throws {
      try await onStage { stage in
        try await withProxy(on: stage, rows: 20_000, { _ in Mischief { $0.answerDelay = 20 } }) {
          database, _, proxy in
          let command = export(stage, proxy, ["--records", "100"])
          let child = try stage.start(command)
          try waitUntil("rows on disk") { command.progress > 100_000 }
          try await proxy.refuse()
          try await proxy.cutAll()
          try waitUntil("the exporter to notice") { child.errors.contains("trying for") }
          #expect(child.isRunning && !command.hasTarget)
          try await proxy.listen()
          #expect(try child.waitForEnd() == .exited(0), "\(child.errors)")
          try stage.checkFile(command, database)
        }
      }
    }

    @Test func aServerThatIsAwayForLongerThanPatience() async throws {
      try await onStage { stage in
        try await withProxy(on: stage, rows: 20_000, { _ in Mischief { $0.answerDelay = 20 } }) {
          database, _, proxy in
          let command = export(stage, proxy, ["--records", "100"])
          let child = try stage.start(command, ["--patience", "1s"])
          try waitUntil("rows on disk") { command.progress > 100_000 }
          try await proxy.refuse()
          try await proxy.cutAll(resetting: true)
          #expect(try child.waitForEnd() == .exited(4), "\(child.errors)")
          #expect(child.errors.contains("the same command goes on behind"), "\(child.errors)")
          #expect(child.errors.contains("the page behind id"), "\(child.errors)")
          #expect(!command.hasTarget)
          try await proxy.listen()
          try stage.checkExport(command, of: database)
        }
      }
    }

    @Test(arguments: [SIGTERM, SIGKILL])
    func aServerThatIsStartedAnew(signal: Int32) async throws {
      try await onStage { stage in
        try await withProxy(on: stage, rows: 20_000, { _ in Mischief { $0.answerDelay = 20 } }) {
          database, server, proxy in
          let command = export(stage, proxy, ["--records", "100"])
          let child = try stage.start(command)
          try waitUntil("rows on disk") { command.progress > 100_000 }
          server.process.signal(signal)
          try server.process.waitForEnd()
          _ = try stage.server(database, ["--port", "\(server.port)"])
          #expect(try child.waitForEnd() == .exited(0), "\(child.errors)")
          try stage.checkFile(command, database)
        }
      }
    }

    @Test func aKeyThatIsTakenAwayHalfWay() throws {
      try onStage { stage in
        let database = try stage.database(rows: 20_000)
        let keys = stage.path("keys")
        try "first\n".write(toFile: keys, atomically: true, encoding: .utf8)
        let server = try stage.server(database, ["--api-keys-file", keys], ["ROSTER_API_KEYS": "other"])
        let proxy = try CountingProxy(upstream: server.port, hold: 0.05)
        defer { proxy.close() }
        var command = stage.export(proxy.url, ["--records", "100"])
        command.environment = ["ROSTER_API_KEY": "first"]
        let child = try stage.start(command)
        try waitUntil("rows on disk") { command.progress > 100_000 }
        try "second\n".write(toFile: keys, atomically: true, encoding: .utf8)
        server.process.signal(SIGHUP)
        #expect(try child.waitForEnd(within: 10) == .exited(3), "\(child.errors)")
        #expect(child.errors.contains("401") && child.errors.contains("goes on behind"), "\(child.errors)")
        #expect(!command.hasTarget && command.progress > 0)
        #expect(try stage.run(command).ending == .exited(3), "the old key stays wrong")
        #expect(command.progress > 0, "and costs nothing")
        let before = proxy.counts.rows
        command.environment = ["ROSTER_API_KEY": "second"]
        try stage.checkExport(command, of: database)
        #expect(proxy.counts.rows - before < 20_000, "what was on disk was not asked for again")
      }
    }
  }
}
