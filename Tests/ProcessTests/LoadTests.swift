import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// The server under many connections, with `wrk` as its clients.
  @Suite struct LoadTests {
    @Test func manyRequestsOver64Connections() throws {
      try onStage { stage in
        let database = try stage.database(rows: 10_000)
        let server = try stage.server(database)
        let script = stage.path("mix.lua")
        // Nine single customers for each page, some of them unknown.
        try """
        wrk.headers["X-CUTSOM-AUTH"] = "\(RunningServer.key)"
        local count = 0
        request = function()
          count = count + 1
          if count % 10 == 0 then
            return wrk.format("POST", "/customers?previous_id=" .. math.random(0, 9900))
          end
          return wrk.format("GET", "/customer/" .. math.random(1, 10000))
        end
        """.write(toFile: script, atomically: false, encoding: .utf8)

        // Buffers grow to what they need in the first seconds; what counts is whether that ends.
        _ = try load(stage, server, script)
        let calm = server.process.descriptors
        var samples: [(requests: Int, resident: Int)] = []
        var requests = 0
        while requests < Scale.requests || samples.count < 6 {
          let slice = try load(stage, server, script)
          requests += slice.requests
          samples.append((requests, slice.resident))
          try waitUntil("the descriptors of the connections to be closed", within: 5) {
            server.process.descriptors <= calm
          }
        }
        let third = samples.count / 3
        let first = samples.prefix(third).map(\.resident).max() ?? 0
        let last = samples.suffix(third).map(\.resident).max() ?? 0
        server.process.sample()
        note(
          "\(requests) requests; resident \(first / 1024) KiB in the first third, \(last / 1024) KiB in the last, "
            + "\(server.process.peakBytes / 1024) KiB at most; \(calm) descriptors")
        #expect(last <= first + 1 << 20, "memory grew: \(samples)")
        #expect(server.process.peakBytes < 64 << 20)
        #expect(server.events("request_failed").isEmpty)
        #expect(server.process.isRunning)
      }
    }

    /// One second of load: how many requests, and the most memory that the server was seen to hold.
    private func load(_ stage: Stage, _ server: RunningServer, _ script: String) throws -> (
      requests: Int, resident: Int
    ) {
      let child = try stage.start([
        "/usr/bin/wrk", "-t2", "-c64", "-d1s", "--timeout", "10s", "-s", script, server.url,
      ])
      var resident = 0
      let ending = try child.waitForEnd(within: 30) { resident = max(resident, server.process.residentBytes) }
      let report = child.output
      try #require(ending == .exited(0), "\(child.errors)")
      // wrk says these only where there is something to say.
      #expect(!report.contains("Non-2xx") && !report.contains("Socket errors"), "\(report)")
      let line = report.split(separator: "\n").first { $0.contains(" requests in ") } ?? ""
      let requests = try #require(line.split(separator: " ").first.flatMap { Int($0) }, "\(report)")
      #expect(requests > 64)
      return (requests, resident)
    }

    /// Connections that come and go, say nothing, or go in the middle of everything.
    @Test func rudeClientsLeaveNothingBehind() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 1000))
        _ = try server.ask("GET", "/customer/1")
        let calm = server.process.descriptors
        let whole = RunningServer.request("POST", "/customers?previous_id=0&records=1000")
        for round in 0..<300 {
          let connection = try server.connect()
          switch round % 5 {
          case 0: break
          case 1: try connection.send(String(whole.prefix(round % whole.utf8.count)))
          case 2: try connection.send(whole)
          case 3: try connection.send(whole + whole + whole)
          default: try connection.send("\r\n\0\u{1}\u{2} nonsense \r\n\r\n")
          }
        }
        try waitUntil("the descriptors to be closed", within: 15) {
          server.process.descriptors <= calm
        }
        #expect(try server.ask("GET", "/customer/1").status == 200)
      }
    }
  }
}
