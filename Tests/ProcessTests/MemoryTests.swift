import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// Memory does not grow with the rows.
  @Suite struct MemoryTests {
    private static let limit = 64 << 20
    private static let rows = Scale.isFull ? 1_000_000 : 50_000

    private struct Peaks {
      var server = 0
      var exporter = 0
      var generator = 0
      var writer = 0
    }

    @Test func peaksStayBelow64MiBAndDoNotGrowWithTheRows() throws {
      var peaks: [Peaks] = []
      for rows in [Self.rows, Self.rows * 10] {
        try onStage { stage in
          let database = try stage.emptyDatabase()
          var peak = Peaks()
          peak.generator = try stage.generate(rows, into: database).peakBytes
          let file = stage.path("generated.csv")
          peak.writer = try stage.run(
            .generator, ["--rows", "\(rows)", "--out", file], within: Scale.patience
          ).peakBytes
          try FileManager.default.removeItem(atPath: file)
          let server = try stage.server(database)
          let command = stage.export(server.url)
          let child = try stage.run(command, within: Scale.patience)
          #expect(child.ending == .exited(0), "\(child.errors)")
          peak.exporter = child.peakBytes
          server.process.sample()
          peak.server = server.process.peakBytes
          peaks.append(peak)
        }
      }
      for (name, part) in [
        ("server", \Peaks.server), ("exporter", \.exporter), ("generator", \.generator),
        ("generator --out", \.writer),
      ] {
        let (few, many) = (peaks[0][keyPath: part], peaks[1][keyPath: part])
        note("\(name): \(few >> 10) KiB for \(Self.rows) rows, \(many >> 10) KiB for ten times as many")
        #expect(few > 1 << 20, "it was measured")
        #expect(few < Self.limit && many < Self.limit, "\(name)")
        // The allocator's mood is worth a few pages.
        #expect(many <= few + few / 10 + 1 << 20, "\(name)")
      }
    }

    /// Pages of the largest rows there can be, read slowly by many at once: the server's budget holds.
    @Test func slowReadersOfLargePagesAreBounded() throws {
      try onStage { stage in
        let database = try stage.database()
        try database.query(
          """
          INSERT INTO customers (home_street, work_street)
          SELECT repeat('🙂', 10000), repeat('東', 10000) FROM generate_series(1, 200)
          """)
        let server = try stage.server(database, ["--loops", "1", "--page-budget", "16MiB"])
        // 14 MB of answer each, of which nobody reads a byte.
        let request = RunningServer.request("POST", "/customers?previous_id=0&records=200")
        let readers = try (0..<12).map { _ in try server.connect() }
        for reader in readers { try reader.send(request) }
        try wait(for: "an answer that says no", within: 20) { () -> Bool? in
          let answer = try server.ask("POST", "/customers?previous_id=0&records=1")
          return answer.status == 503 && answer["Retry-After"] != nil ? true : nil
        }
        server.process.sample()
        note("\(server.process.peakBytes >> 10) KiB at most with 12 readers of 14 MB who do not read")
        #expect(try server.ask("GET", "/livez").status == 200)
        #expect(server.process.peakBytes < 256 << 20)
        withExtendedLifetime(readers) {}
      }
    }
  }
}
