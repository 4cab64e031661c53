import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// PostgreSQL goes away, crashes, is full, recovers: requests fail fast and clearly, `/readyz` says why, and the
  /// service comes back by itself. `FrozenDatabaseTests` has what stands still.
  @Suite struct DatabaseFaultTests {
    /// Milliseconds after which the service is back once the database is. What is promised is a second; a machine that
    /// does other things besides is given more, and what was seen is noted.
    private static let patience = 3000.0

    /// A server on a cluster of the test's own.
    private func onCluster(
      _ clusterOptions: [String] = [], _ options: [String] = ["--loops", "2"],
      _ body: (Stage, PrivateCluster, Database, RunningServer) throws -> Void
    ) throws {
      try onStage { stage in
        let cluster = try PrivateCluster(options: clusterOptions)
        stage.finally { cluster.remove() }
        let database = try stage.database(rows: 100, on: cluster)
        let server = try stage.server(database, options)
        #expect(try server.ask("GET", "/customer/1").status == 200)
        try body(stage, cluster, database, server)
        #expect(server.process.isRunning)
        server.process.signal(SIGTERM)
        #expect(try server.process.waitForEnd(within: 20) == .exited(0))
      }
    }

    /// While the database is away: a 503 at once for whoever asks, and a reason for whoever probes.
    private func checkAway(
      _ server: RunningServer, _ reason: String, location: SourceLocation = #_sourceLocation
    ) throws {
      try waitUntil("the server to notice", within: 20) {
        try server.ask("GET", "/customer/1").status == 503
      }
      var detail = ""
      try waitUntil("the reason: \(reason); it is \(detail)", within: 20) {
        let ready = try server.ask("GET", "/readyz", headers: [])
        detail = ready.text
        return ready.status == 503 && ready["Retry-After"] != nil && detail.contains(reason)
      }
      for secret in ["roster-", "postgres@", "user=", ".s.PGSQL"] {
        #expect(!detail.contains(secret), "\(detail)", sourceLocation: location)
      }
      var longest = 0.0
      for target in ["/customer/1", "/customers?previous_id=0", "/customer/2"] {
        for _ in 0..<20 {
          let time = try milliseconds {
            let answer = try server.ask("GET", target)
            try checkProblem(answer, 503, "Service Unavailable", reason, location: location)
            #expect(answer["Retry-After"] == "1", sourceLocation: location)
          }
          longest = max(longest, time)
        }
      }
      note("\(reason): 503 within \(Int(longest.rounded(.up))) ms")
      #expect(longest < 500, sourceLocation: location)
      #expect(try server.ask("GET", "/livez", headers: []).status == 200, sourceLocation: location)
    }

    /// The database is there again: so is the service, within a moment. Each loop, and each of its connections for
    /// one kind of query, comes back by itself, so that a few must have been answered of each.
    private func checkReturn(
      _ server: RunningServer, _ what: String, location: SourceLocation = #_sourceLocation
    ) throws {
      let time = try milliseconds {
        try waitUntil("the service to be back", within: 30) {
          for target in ["/customer/1", "/customers?previous_id=0&records=100"] {
            for _ in 0..<8 where try server.ask("GET", target).status != 200 { return false }
          }
          return true
        }
      }
      note("\(what): back \(Int(time)) ms after the database")
      #expect(time < Self.patience, sourceLocation: location)
      try waitUntil("the server to be ready", within: 10) {
        try server.ask("GET", "/readyz", headers: []).status == 200
      }
    }

    @Test(arguments: [PrivateCluster.StopMode.fast, .immediate])
    func stoppedAndStarted(_ mode: PrivateCluster.StopMode) throws {
      try onCluster { _, cluster, _, server in
        for _ in 1...3 {
          cluster.stop(mode)
          try checkAway(server, "nobody listens there")
          try cluster.start()
          try checkReturn(server, "stopped (\(mode))")
        }
      }
    }

    @Test func aPostmasterThatIsKilled() throws {
      try onCluster { _, cluster, _, server in
        for _ in 1...3 {
          cluster.killPostmaster()
          try checkAway(server, "nobody listens there")
          try cluster.start()
          try checkReturn(server, "postmaster killed")
        }
      }
    }

    @Test func aMachineThatLosesPower() throws {
      try onCluster { _, cluster, _, server in
        cluster.kill()
        try checkAway(server, "nobody listens there")
        try cluster.start()
        try checkReturn(server, "all processes killed")
      }
    }

    /// PostgreSQL ends all sessions when one of its processes is killed, and recovers by itself.
    @Test func aBackendThatIsKilled() throws {
      try onCluster { _, cluster, database, server in
        for round in 1...5 {
          let clients = SteadyClients(port: server.port, rows: 100, count: 4)
          try waitUntil("requests to flow") { clients.tally.right > 50 }
          let backends = try database.query(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
          )
          let pids = backends.split(separator: "\n").compactMap { pid_t($0) }
          try #require(!pids.isEmpty)
          Foundation.kill(pids[round % pids.count], SIGKILL)
          try waitUntil("the loss to be noticed", within: 20) { clients.tally.refused > 0 }
          let before = clients.tally.right
          try waitUntil("requests to flow again", within: 20) { clients.tally.right > before + 200 }
          let tally = clients.stop()
          #expect(tally.wrong.isEmpty, "\(tally)")
          if round == 1 { note("a backend killed with -9: \(tally)") }
        }
        try cluster.waitUntilUp()
        try checkReturn(server, "after five killed backends")
      }
    }

    /// All places are taken when the server's connection breaks.
    @Test func noConnectionIsLeft() throws {
      try onCluster(["max_connections=5"], ["--loops", "1", "--pg-connections", "1"]) {
        _, _, database, server in
        var holders = try (0..<3).map { _ in try database.hold("SELECT 1") }
        // The server stands still while another takes its place.
        server.process.signal(SIGSTOP)
        try database.query(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND query NOT LIKE '%pg_sleep%'
          """)
        for _ in 0..<2 { holders.append(try database.hold("SELECT 1")) }
        server.process.signal(SIGCONT)
        try checkAway(server, "it has no connection left")
        for holder in holders { holder.end() }
        try checkReturn(server, "no connection left")
      }
    }

    /// With fewer connections than it wants it works with those that it has, and takes the others when it can.
    @Test func fewerConnectionsThanWanted() throws {
      try onCluster(["max_connections=5"], ["--loops", "1", "--pg-connections", "1", "--metrics-open"]) {
        stage, _, database, first in
        let holders = try (0..<2).map { _ in try database.hold("SELECT 1") }
        let server = try stage.server(
          database, ["--loops", "1", "--pg-connections", "4", "--metrics-open"])
        #expect(try server.ask("GET", "/readyz", headers: []).status == 200)
        #expect(try server.ask("GET", "/customer/1").status == 200)
        func connections() throws -> Double? {
          try PrometheusText(server.ask("GET", "/metrics", headers: []).text).value("roster_pool_connections")
        }
        try waitUntil("the pool to have what there is", within: 10) { try connections() == 2 }
        for holder in holders { holder.end() }
        first.process.signal(SIGSTOP)
        try waitUntil("the pool to fill", within: 10) { try connections() == 4 }
        first.process.signal(SIGCONT)
      }
    }

    /// Held in the middle of its recovery, PostgreSQL refuses with "the database system is starting up".
    @Test func inRecovery() throws {
      try onCluster { _, cluster, _, server in
        let hold = "\(cluster.socketFolder)/hold"
        try Data().write(to: URL(filePath: hold))
        cluster.kill()
        try cluster.prepare(.recovery)
        try cluster.launch(["restore_command=while [ -e '\(hold)' ]; do sleep 0.02; done; false"])
        try checkAway(server, "it is starting up")
        try FileManager.default.removeItem(atPath: hold)
        try cluster.waitUntilUp()
        try checkReturn(server, "recovery")
      }
    }

    /// A standby that takes no queries, then one that does, then a primary.
    @Test func asAStandby() throws {
      try onCluster { _, cluster, database, server in
        cluster.stop()
        try cluster.prepare(.standby)
        try cluster.launch(["hot_standby=off"])
        try checkAway(server, "it accepts no connections")
        cluster.stop(.immediate)
        try cluster.start()
        #expect(try database.query("SELECT pg_is_in_recovery()") == "t")
        try checkReturn(server, "hot standby")
        #expect(try server.ask("GET", "/customers?previous_id=0&records=100").identifiers().count == 100)
        let watermark = try server.ask("GET", "/customers/watermark")
        try checkProblem(watermark, 503, "Service Unavailable", "standby")
        #expect(watermark["Retry-After"] == "30")
        try database.query("SELECT pg_promote()")
        #expect(try database.query("SELECT pg_is_in_recovery()") == "f")
        try checkReturn(server, "promotion")
      }
    }

    /// What only reads goes on, and a server starts on it.
    @Test func readOnly() throws {
      try onCluster { stage, cluster, database, server in
        cluster.stop()
        try cluster.start(["default_transaction_read_only=on"])
        try checkReturn(server, "read-only")
        let second = try stage.server(database)
        #expect(try second.ask("GET", "/customer/1").status == 200)
        #expect(try second.ask("GET", "/readyz", headers: []).status == 200)
        // What has to write says why it cannot.
        let down = try stage.run(.server, [database.url, "migrate", "down"])
        #expect(down.ending == .exited(1))
        #expect(down.errors.contains("read-only"), "\(down.errors)")
      }
    }

    /// The schema goes away under a server that runs, and comes back.
    @Test func withoutItsSchema() throws {
      try onCluster { stage, _, database, server in
        #expect(try stage.run(.server, [database.url, "migrate", "down"]).ending == .exited(0))
        try waitUntil("the server to notice", within: 20) {
          let ready = try server.ask("GET", "/readyz", headers: [])
          return ready.status == 503 && ready.text.contains("migrate up")
        }
        #expect(server.events("schema_unfit").count >= 1)
        #expect(try server.ask("GET", "/livez", headers: []).status == 200)
        #expect(try stage.run(.server, [database.url, "migrate", "up"]).ending == .exited(0))
        try waitUntil("the server to be ready", within: 20) {
          try server.ask("GET", "/readyz", headers: []).status == 200
        }
        #expect(try server.ask("GET", "/customers?previous_id=0").status == 200)
      }
    }

    /// PostgreSQL itself ends what takes too long: nothing goes on there for nobody.
    @Test func aStatementThatTakesTooLong() throws {
      try onCluster([], ["--loops", "1", "--statement-timeout", "1s"]) { _, _, database, server in
        let holder = try database.hold("BEGIN; LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
        let waiting = try (0..<8).map { _ in try server.connect() }
        for connection in waiting { try connection.send(RunningServer.request("GET", "/customer/1")) }
        let active = """
          SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND wait_event_type = 'Lock'
          """
        try waitUntil("the queries to wait in PostgreSQL", within: 10) { try database.number(active) > 0 }
        let time = try milliseconds {
          for connection in waiting {
            let answer = try connection.answer()
            try checkProblem(answer, 503, "Service Unavailable", "a lock")
            #expect(answer["Retry-After"] != nil)
          }
        }
        note("eight queries behind a lock got their 503 within \(Int(time)) ms, with a limit of 1 s")
        #expect(try server.ask("GET", "/livez", headers: []).status == 200)
        try waitUntil("nothing to go on in PostgreSQL", within: 10) { try database.number(active) == 0 }
        holder.end()
        try waitUntil("the lock to be gone", within: 10) {
          try server.ask("GET", "/customer/1").status == 200
        }
      }
    }
  }
}
