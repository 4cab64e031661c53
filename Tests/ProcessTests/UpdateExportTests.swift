import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// A finished file that is kept up to date.
  @Suite struct UpdateExportTests {
    private static let new = 500

    private func finished(
      _ stage: Stage, rows: Int, hold: Double = 0,
      _ body: (Database, CountingProxy, ExporterCommand) throws -> Void
    ) throws {
      let database = try stage.database(rows: rows)
      let server = try stage.server(database)
      let proxy = try CountingProxy(upstream: server.port, hold: hold)
      defer { proxy.close() }
      let command = stage.export(proxy.url, ["--records", "100"])
      try stage.checkExport(command, of: database)
      try body(database, proxy, command)
    }

    @Test func onlyNewRowsAreFetched() throws {
      try onStage { stage in
        try finished(stage, rows: Scale.rows) { database, proxy, command in
          for round in 1...3 {
            try database.add(rows: Self.new, from: Int64(Scale.rows + round * 1000))
            let before = proxy.counts.rows
            let child = try stage.run(command, ["--update"])
            #expect(child.ending == .exited(0), "\(child.errors)")
            try stage.checkFile(command, database)
            let received = proxy.counts.rows - before
            #expect(received >= Self.new && received <= 2 * Self.new, "\(received) rows for \(Self.new)")
          }
          let before = proxy.counts.rows
          try #require(stage.run(command, ["--update"]).ending == .exited(0))
          #expect(proxy.counts.rows == before, "nothing is new")
          try stage.checkFile(command, database)
        }
      }
    }

    @Test func killedOnTheWayItLosesNothing() throws {
      try onStage { stage in
        try finished(stage, rows: 5000, hold: 0.02) { database, proxy, command in
          let old = try Data(contentsOf: URL(filePath: command.target))
          try database.add(rows: 20_000, from: 5001)
          let before = proxy.counts.rows
          var least = old.count
          for kill in 1...6 {
            let child = try stage.start(command, ["--update"])
            // From the copy on, and then at each stage of the new rows.
            try waitUntil("rows on disk") { command.progress >= least || !child.isRunning }
            least = min(command.progress + 200_000, old.count * 3)
            child.signal(SIGKILL)
            #expect(try child.waitForEnd() == .killed(signal: SIGKILL), "kill \(kill): \(child.errors)")
            #expect(try Data(contentsOf: URL(filePath: command.target)) == old, "the finished file stays")
          }
          let child = try stage.run(command, ["--update"])
          #expect(child.ending == .exited(0), "\(child.errors)")
          try stage.checkFile(command, database)
          #expect(proxy.counts.rows - before <= 20_000 + 7 * 8 * 100)
        }
      }
    }

    @Test func aFileThatIsNotOursIsRefused() throws {
      try onStage { stage in
        try finished(stage, rows: 1000) { database, proxy, command in
          let handle = try #require(FileHandle(forWritingAtPath: command.target))
          try handle.seekToEnd()
          try handle.write(contentsOf: Data("1001,x\n".utf8))
          try handle.close()
          let changed = try Data(contentsOf: URL(filePath: command.target))
          let child = try stage.run(command, ["--update"])
          #expect(child.ending == .exited(2), "\(child.errors)")
          #expect(child.errors.contains("--update"), "\(child.errors)")
          #expect(child.errors.split(separator: "\n").count == 1)
          #expect(try Data(contentsOf: URL(filePath: command.target)) == changed)
          #expect(command.progress == 0)
          try stage.checkExport(command, of: database)
        }
      }
    }
  }
}
