import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// An export that is killed, stopped, cut off or called a second time.
  @Suite struct InterruptedExportTests {
    private static let concurrency = 8

    @Test func killedTwentyTimesAtRandomMoments() throws {
      try onStage { stage in
        let rows = Scale.rows
        let records = Scale.isFull ? 1000 : 200
        let database = try stage.database(rows: rows)
        let server = try stage.server(database)
        // Holding each answer makes an undisturbed run take some seconds.
        let hold = 0.05
        let proxy = try CountingProxy(upstream: server.port, hold: hold)
        defer { proxy.close() }
        let whole = Double(rows / records / Self.concurrency) * hold
        let command = stage.export(
          proxy.url, ["--concurrency", "\(Self.concurrency)", "--records", "\(records)"])

        let seed = UInt64.random(in: 0 ... .max)
        note("kills at the moments of seed \(seed)")
        var dice = SeededDice(state: seed)
        for kill in 1...20 {
          let child = try stage.start(command)
          // Twenty of these take about half as long as the whole.
          usleep(UInt32(whole / 20 * Double.random(in: 0..<1, using: &dice) * 1e6))
          child.signal(SIGKILL)
          try #require(child.waitForEnd() == .killed(signal: SIGKILL), "kill \(kill): \(child.errors)")
          #expect(!command.hasTarget)
        }
        #expect(command.progress > 0, "something was done between the kills")
        try stage.checkExport(command, of: database)
        let given = proxy.counts.rows
        note("\(given) rows given out for \(rows), \(given - rows) of them more than once")
        #expect(given >= rows)
        #expect(given <= rows + 20 * Self.concurrency * records)
      }
    }

    /// Kills that come as soon as the exporter exists, as it finishes, and at every stage between.
    @Test func killedWhereverItIs() throws {
      try onStage { stage in
        let database = try stage.database(rows: 3000)
        let server = try stage.server(database)
        let undisturbed =
          try (1...3).map { run in
            let whole = stage.export(server.url, to: "whole\(run).csv", ["--records", "100"])
            return try milliseconds { try stage.run(whole) }
          }.min() ?? 0
        var finished = 0
        let steps = Scale.isFull ? 20 : 10
        for step in 0..<steps {
          let command = stage.export(server.url, to: "\(step).csv", ["--records", "100"])
          let child = try stage.start(command)
          usleep(UInt32(undisturbed * 1.6 * Double(step) / Double(steps) * 1000))
          child.signal(SIGKILL)
          if try child.waitForEnd() == .exited(0) { finished += 1 }
          // The name is given to a whole file or to none.
          if command.hasTarget, command.progress == 0 {
            #expect(try FileManager.default.contents(atPath: command.target) == database.csv())
          }
          try stage.checkExport(command, of: database, "killed at \(step)/\(steps)")
        }
        note("\(finished) of \(steps) runs were finished before the kill")
      }
    }

    @Test(arguments: [(SIGTERM, 143), (SIGINT, 130)] as [(Int32, Int32)])
    func stoppedBySignal(number: Int32, code: Int32) throws {
      try onSlowExport { stage, database, _, proxy, command in
        let child = try stage.start(command)
        try waitUntil("rows on disk") { command.progress > 100_000 }
        child.signal(number)
        #expect(try child.waitForEnd(within: 5) == .exited(code))
        #expect(child.errors.contains("goes on"))
        #expect(!command.hasTarget)
        let before = proxy.counts.rows
        try stage.checkExport(command, of: database)
        // What was on disk was not fetched again.
        #expect(proxy.counts.rows - before < 20_000)
        #expect(proxy.counts.rows <= 20_000 + 2 * 8 * 100)
      }
    }

    @Test func anotherCommandIsRefused() throws {
      try onSlowExport { stage, database, server, proxy, command in
        try interrupt(command, on: stage)
        let before = try Data(contentsOf: URL(filePath: command.unfinished))
        for (what, other) in [
          ("--url", ExporterCommand(target: command.target, url: server.url)),
          ("--eol", stage.export(proxy.url, ["--eol", "crlf"])),
          ("--bom", stage.export(proxy.url, ["--bom"])),
        ] {
          let child = try stage.run(other)
          #expect(child.ending == .exited(2), "\(what): \(child.errors)")
          #expect(child.errors.contains("--restart"), "\(what): \(child.errors)")
          #expect(child.errors.split(separator: "\n").count == 1, "\(what): \(child.errors)")
          #expect(try Data(contentsOf: URL(filePath: command.unfinished)) == before, "\(what)")
        }
        // Told to begin again, it does, with all that is different.
        try stage.checkExport(
          ExporterCommand(target: command.target, url: server.url, options: ["--restart"]), of: database)
      }
    }

    @Test func restartForgetsWhatWasThere() throws {
      try onSlowExport { stage, database, _, proxy, command in
        try interrupt(command, on: stage)
        try database.query("UPDATE customers SET first_name = 'changed' WHERE customer_id = 1")
        let before = proxy.counts.rows
        try #require(stage.run(command, ["--restart"]).ending == .exited(0))
        try stage.checkFile(command, database)
        #expect(proxy.counts.rows - before >= 20_000)
      }
    }

    @Test func twoAtOnce() throws {
      try onSlowExport { stage, database, _, _, command in
        let first = try stage.start(command)
        try waitUntil("rows on disk") { command.progress > 10_000 }
        for more in [[], ["--restart"]] {
          let second = try stage.run(command, more)
          #expect(second.ending == .exited(1), "\(more)")
          #expect(second.errors.contains("another exporter"), "\(second.errors)")
        }
        #expect(try first.waitForEnd() == .exited(0))
        try stage.checkFile(command, database)
      }
    }

    @Test func aServerThatGoesAwayCostsTheBudgetAndNotTheRows() throws {
      try onSlowExport { stage, database, server, proxy, command in
        let child = try stage.start(command, ["--patience", "2s"])
        try waitUntil("rows on disk") { command.progress > 100_000 }
        // Every connection through the proxy now ends without an answer.
        server.process.signal(SIGKILL)
        let time = try milliseconds { _ = try child.waitForEnd(within: 20) }
        #expect(child.ending == .exited(4), "\(child.errors)")
        #expect(time < 6000, "\(time) ms")
        #expect(child.errors.contains("goes on"), "\(child.errors)")
        #expect(!command.hasTarget)

        let again = try stage.server(database, ["--port", "\(server.port)"])
        #expect(again.port == server.port)
        try stage.checkExport(command, of: database)
        #expect(proxy.counts.rows <= 20_000 + 2 * 8 * 100)
      }
    }

    @Test func aServerThatComesBackInTimeCostsNothing() throws {
      try onSlowExport { stage, database, server, _, command in
        let child = try stage.start(command)
        try waitUntil("rows on disk") { command.progress > 100_000 }
        server.process.signal(SIGKILL)
        try waitUntil("the exporter to notice") { !child.errors.isEmpty }
        _ = try stage.server(database, ["--port", "\(server.port)"])
        #expect(try child.waitForEnd() == .exited(0), "\(child.errors)")
        try stage.checkFile(command, database)
      }
    }

    /// Sets up an export of 20,000 rows, 100 a page, through a proxy that holds each page back for a while.
    private func onSlowExport(
      _ body: (Stage, Database, RunningServer, CountingProxy, ExporterCommand) throws -> Void
    ) throws {
      try onStage { stage in
        let database = try stage.database(rows: 20_000)
        let server = try stage.server(database)
        let proxy = try CountingProxy(upstream: server.port, hold: 0.05)
        defer { proxy.close() }
        try body(stage, database, server, proxy, stage.export(proxy.url, ["--records", "100"]))
      }
    }

    /// Runs a command until it has some rows on disk, and kills it.
    private func interrupt(_ command: ExporterCommand, on stage: Stage) throws {
      let child = try stage.start(command)
      try waitUntil("rows on disk") { command.progress > 100_000 }
      child.signal(SIGKILL)
      try #require(child.waitForEnd() == .killed(signal: SIGKILL))
    }
  }
}

/// Numbers that a seed decides (splitmix64), so that a run can be repeated.
struct SeededDice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
