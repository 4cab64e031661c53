import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// Thousands of connections at once, from a process of their own: what one costs, and whether all are served.
  @Suite struct CrowdTests {
    private static let idle = Scale.isFull ? 10_000 : 2000
    private static let busy = Scale.isFull ? 1000 : 200
    private static let requests = Scale.isFull ? 400_000 : 40_000

    private struct Sight: Decodable {
      var seconds: Double
      var fewest: Int
      var median: Int
      var most: Int
      var longest: Double
      var rested: Int
    }

    @Test func aCrowdAtRestAndAnotherAtWork() throws {
      try onStage { stage in
        let database = try stage.database(rows: 1000)
        // The kernel spreads connections over the loops by chance, and each loop has its own share of places.
        let server = try stage.server(
          database, ["--loops", "2", "--max-clients", "\((Self.idle + Self.busy) * 3 / 2)"])
        _ = try server.ask("GET", "/customer/1")
        let before = server.process.residentBytes
        let crowd = try stage.start(
          [
            "/usr/bin/python3", "\(TestRun.root)/Tests/Support/crowd.py", "\(server.port)", RunningServer.key,
            "\(Self.idle)", "\(Self.busy)", "\(Self.requests)", "1000",
          ])
        try waitUntil("the crowd to rest", within: 120) {
          guard crowd.isRunning else { throw TestFailure("the crowd left: \(crowd.errors)") }
          return crowd.output.contains("resting")
        }
        let each = (server.process.residentBytes - before) / Self.idle
        #expect(server.process.descriptors > Self.idle)
        crowd.signal(SIGUSR1)
        #expect(try crowd.waitForEnd(within: Scale.patience * 4) == .exited(0), "\(crowd.errors)")
        let line = try #require(crowd.output.split(separator: "\n").last)
        let sight = try JSONDecoder().decode(Sight.self, from: Data(line.utf8))
        server.process.sample()
        note(
          "\(Self.idle) connections at rest cost \(each) bytes each; \(server.process.peakBytes >> 20) MiB at most"
        )
        note(
          String(
            format: "%d at work: %.0f requests/s, %d to %d answers each (median %d), %.0f ms at most",
            Self.busy,
            Double(Self.requests) / sight.seconds, sight.fewest, sight.most, sight.median,
            sight.longest * 1000))
        #expect(sight.rested == Self.idle, "all that rested were answered again")
        // Two loops share two cores with the clients and PostgreSQL: one may get more than the other, but nobody little.
        #expect(sight.fewest * 4 >= sight.median, "\(sight)")
        #expect(sight.most <= sight.median * 4, "\(sight)")
        #expect(each < 8192)
        #expect(server.events("request_failed").isEmpty)
        try waitUntil("the descriptors to be closed", within: 30) { server.process.descriptors < 100 }
      }
    }
  }
}
