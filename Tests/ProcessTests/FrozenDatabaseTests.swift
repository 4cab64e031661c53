import Foundation
import Testing

extension ProcessTests {
  /// PostgreSQL stands still, goes away and comes back; the server stays.
  @Suite struct FrozenDatabaseTests {
    /// What the server is given for a query; a connection that is silent for two seconds more is given up.
    private static let limit = ["--loops", "1", "--statement-timeout", "1s"]

    @Test func livezAnswersWhileTheDatabaseIsFrozen() throws {
      try onStage { stage in
        let cluster = try Cluster.own.get()
        let server = try stage.server(try stage.database(rows: 10, on: cluster), Self.limit)
        let before = try livezTimes(server)
        cluster.freeze()
        defer { cluster.thaw() }
        // These wait on the same loop.
        let waiting = try (0..<32).map { _ in try server.connect() }
        let start = ContinuousClock.now
        for (index, connection) in waiting.enumerated() {
          let target = index % 2 == 0 ? "/customer/1" : "/customers?previous_id=0"
          try connection.send(RunningServer.request("GET", target))
        }
        let during = try livezTimes(server)
        note("/livez takes \(before) before, \(during) with the database frozen")
        #expect(during.median <= 10, "median")
        #expect(during.worst <= 50, "worst")

        for connection in waiting {
          let answer = try connection.answer()
          try checkProblem(answer, 503, "Service Unavailable", "frozen")
          #expect(answer["Retry-After"].flatMap { Int($0) } != nil)
        }
        let waited = ContinuousClock.now - start
        note("requests to the frozen database got their 503 after \(waited)")
        #expect(waited < .milliseconds(4500))
        try checkProblem(server.ask("GET", "/readyz"), 503, "Service Unavailable", "readyz")
        #expect(try livezTimes(server).median <= 10)

        cluster.thaw()
        try waitUntil("the server to be ready again", within: 10) {
          try server.ask("GET", "/readyz").status == 200
        }
        #expect(try server.ask("GET", "/customer/1").status == 200)
        #expect(server.process.isRunning)
      }
    }

    private struct Times: CustomStringConvertible {
      var median: Double
      var worst: Double
      var description: String { String(format: "%.2f ms (worst %.2f ms)", median, worst) }
    }

    /// Milliseconds that `/livez` takes, half of the time on a connection of its own.
    private func livezTimes(_ server: RunningServer) throws -> Times {
      let kept = try server.connect()
      let request = RunningServer.request("GET", "/livez", headers: [])
      var times: [Double] = []
      for index in 0..<200 {
        times.append(
          try milliseconds {
            let connection = index % 2 == 0 ? kept : try server.connect()
            try connection.send(request)
            let answer = try connection.answer()
            #expect(answer.status == 200)
          })
      }
      times.sort()
      return Times(median: times[times.count / 2], worst: times[times.count - 1])
    }

    @Test func aRestartCostsRequestsWhileItLasts() throws {
      try onStage { stage in
        let cluster = try Cluster.own.get()
        let server = try stage.server(try stage.database(rows: 10, on: cluster))
        #expect(try server.ask("GET", "/customer/1").status == 200)
        try cluster.stop()
        defer { try? cluster.start() }
        try waitUntil("the server to notice", within: 5) {
          try server.ask("GET", "/customer/1").status == 503
        }
        for _ in 1...20 {
          var answer: Response?
          let time = try milliseconds { answer = try server.ask("GET", "/customer/1") }
          #expect(answer?.status == 503)
          #expect(time < 500, "\(time) ms for an answer that needs nobody")
        }
        try checkProblem(server.ask("GET", "/readyz"), 503, "Service Unavailable", "readyz")
        #expect(try server.ask("GET", "/livez").status == 200)

        try cluster.start()
        let time = try milliseconds {
          try waitUntil("the service to be back", within: 10) {
            try server.ask("GET", "/customer/1").status == 200
          }
        }
        note("the service was back \(Int(time)) ms after the database")
        #expect(time < 1500)
        try waitUntil("the server to be ready", within: 2) {
          try server.ask("GET", "/readyz").status == 200
        }
      }
    }

    @Test func aDatabaseThatIsAwayAtTheStart() throws {
      try onStage { stage in
        let cluster = try Cluster.own.get()
        let database = try stage.database(rows: 1, on: cluster)
        try cluster.stop()
        defer { try? cluster.start() }
        let child = try stage.run(
          .server, ["serve", "--port", "0"], ["DATABASE_URL": database.url, "ROSTER_API_KEYS": "k"],
          within: 15)
        #expect(child.ending == .exited(1))
        #expect(child.errors.contains("server: "), "\(child.errors)")
      }
    }

    @Test func aKilledBackendCostsNoMoreThanItsRequests() throws {
      try onStage { stage in
        let database = try stage.database(rows: 10)
        let server = try stage.server(database)
        for _ in 1...5 {
          try database.query(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """)
          try waitUntil("answers again", within: 5) {
            try server.ask("GET", "/customer/1").status == 200
          }
        }
      }
    }
  }
}
