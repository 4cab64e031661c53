import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// What an operator can bound is bounded: time, sizes, queues, clients, descriptors.
  @Suite struct ServerLimitTests {
    private func metric(
      _ server: RunningServer, _ name: String, _ labels: [String: String] = [:]
    ) throws -> Double {
      let text = try PrometheusText(server.ask("GET", "/metrics").text)
      return text.samples(name, labels).reduce(0) { $0 + $1.value }
    }

    @Test func aSlowHeadAndASlowBody() throws {
      try onStage { stage in
        let server = try stage.server(
          try stage.database(), ["--head-time", "200ms", "--body-time", "200ms"])
        let requests = [
          ("head", "GET /customer/1 HTTP/1.1\r\nHost: a\r\n"),
          (
            "body",
            "POST /customers HTTP/1.1\r\nHost: a\r\nX-CUTSOM-AUTH: \(RunningServer.key)\r\nContent-Length: 50\r\n\r\n{"
          ),
        ]
        for (limit, text) in requests {
          let connection = try server.connect()
          try connection.send(text)
          try checkProblem(connection.answer(), 408, "Request Timeout", limit)
          #expect(connection.isAtEnd())
          #expect(try metric(server, "roster_http_connections_ended_total", ["limit": limit]) == 1)
        }
        // A head that goes on a byte at a time gets no more time for that.
        let trickle = try server.connect()
        try trickle.send("GET / HTTP/1.1\r\nX: ")
        let sent = Locked(0)
        let isOver = Locked(false)
        Thread.detachNewThread {
          while !isOver.withLock({ $0 }), sent.withLock({ $0 }) < 2000, (try? trickle.send("x")) != nil {
            sent.withLock { $0 += 1 }
            usleep(5000)
          }
        }
        #expect(try trickle.answer().status == 408)
        isOver.withLock { $0 = true }
        #expect(sent.withLock { $0 } < 2000, "it was let go on to its end")
      }
    }

    @Test func aRestingConnectionIsClosed() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 1), ["--idle-time", "200ms"])
        let connection = try server.connect()
        try connection.send(RunningServer.request("GET", "/customer/1"))
        #expect(try connection.answer().status == 200)
        #expect(connection.isAtEnd())
        #expect(try metric(server, "roster_http_connections_ended_total", ["limit": "idle"]) == 1)
      }
    }

    /// A reader that takes nothing is cut, and what it held is free again.
    @Test func aReaderThatTakesNothingIsCut() throws {
      try onStage { stage in
        let database = try stage.database()
        try database.query(
          """
          INSERT INTO customers (home_street, work_street)
          SELECT repeat('🙂', 10000), repeat('東', 10000) FROM generate_series(1, 200)
          """)
        let server = try stage.server(database, ["--reader-time", "500ms", "--loops", "1"])
        let reader = try server.connect()
        try reader.send(RunningServer.request("POST", "/customers?previous_id=0&records=200"))
        try waitUntil("its answer to wait") {
          try metric(server, "roster_page_budget_used_bytes") > 1_048_576
        }
        try waitUntil("it to be cut", within: 20) {
          try metric(server, "roster_http_connections_ended_total", ["limit": "reader"]) == 1
        }
        try waitUntil("its memory to be free") { try metric(server, "roster_page_budget_used_bytes") == 0 }
        withExtendedLifetime(reader) {}
      }
    }

    @Test func headsThatAreTooLong() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 1), ["--head-size", "2KiB"])
        let key = "X-CUTSOM-AUTH: \(RunningServer.key)"
        func status(line: Int, field: Int) throws -> Int {
          try server.ask(
            "GET", "/customer/1?" + String(repeating: "a", count: line),
            headers: [key, "X-Filler: " + String(repeating: "b", count: field)]
          ).status
        }
        #expect(try status(line: 900, field: 800) == 200)
        #expect(try status(line: 1100, field: 0) == 414)
        #expect(try status(line: 100, field: 2000) == 431)
      }
    }

    /// The queue is full: who comes now gets an answer at once, who waits still gets his.
    @Test func aFullQueueIsSaid() throws {
      try onStage { stage in
        let cluster = try Cluster.own.get()
        let server = try stage.server(
          try stage.database(rows: 10, on: cluster),
          ["--loops", "1", "--pg-connections", "1", "--pg-queue", "8", "--statement-timeout", "1h"])
        #expect(try server.ask("GET", "/customer/1").status == 200)
        cluster.freeze()
        defer { cluster.thaw() }
        let clients = try (0..<40).map { _ in try server.connect() }
        for client in clients { try client.send(RunningServer.request("GET", "/customers?previous_id=0")) }
        try waitUntil("the queue to be full") {
          try metric(server, "roster_request_failures_total", ["reason": "queue_full"]) >= 30
        }
        let waiting = Int(try metric(server, "roster_pool_queries"))
        #expect(waiting <= 8, "\(waiting) queries wait")
        #expect(try metric(server, "roster_pool_queries_max") == 8)
        let late = try milliseconds {
          let answer = try server.ask("GET", "/customers?previous_id=0")
          try checkProblem(answer, 503, "Service Unavailable", "the queue is full")
          #expect(answer["Retry-After"] == "1")
        }
        #expect(late < 500, "\(late) ms")
        cluster.thaw()
        var statuses: [Int: Int] = [:]
        for client in clients { statuses[try client.answer().status, default: 0] += 1 }
        note("40 requests at once with room for 8: \(statuses)")
        #expect(statuses.keys.sorted() == [200, 503])
        #expect((1...8).contains(statuses[200] ?? 0))
        #expect(try server.ask("GET", "/customer/1").status == 200)
      }
    }

    /// What takes long has a short queue to itself: to give up does not end it in PostgreSQL, and who comes later must not
    /// wait for those who have given up.
    @Test func aFullLaneForWhatTakesLongIsSaid() throws {
      try onStage { stage in
        let database = try stage.database(rows: 10)
        let server = try stage.server(database, ["--loops", "1", "--statement-timeout", "20s"])
        // Each asks twice, for the rows and for their number.
        let target = "/rest/v1/favorites/?created_at=2024-01-09"
        #expect(try server.ask("GET", target).status == 200)
        let holder = try database.hold("BEGIN; LOCK TABLE favorites IN ACCESS EXCLUSIVE MODE")
        let clients = try (0..<12).map { _ in try server.connect() }
        for client in clients { try client.send(RunningServer.request("GET", target)) }
        try waitUntil("the lane to be full") {
          try metric(server, "roster_request_failures_total", ["reason": "queue_full"]) >= 8
        }
        #expect(try metric(server, "roster_pool_queries") == 8)
        let late = try milliseconds {
          let answer = try server.ask("GET", target)
          try checkProblem(answer, 503, "Service Unavailable", "the lane is full")
          #expect(answer["Retry-After"] == "1")
        }
        #expect(late < 500, "\(late) ms")
        #expect(try server.ask("GET", "/customer/1").status == 200)
        holder.end()
        var statuses: [Int: Int] = [:]
        for client in clients { statuses[try client.answer().status, default: 0] += 1 }
        #expect(statuses == [200: 4, 503: 8])
        #expect(try server.ask("GET", target).status == 200)
      }
    }

    /// Who has no key can keep documents from others who have none, and nothing from those who have one.
    @Test func whoHasNoKeyDoesNotShutTheData() throws {
      try onStage { stage in
        let server = try stage.server(
          try stage.database(rows: 10),
          [
            "--loops", "1", "--page-budget", "4MiB", "--swagger-ui",
            "\(TestRun.root)/generated/swagger-ui",
          ])
        // The kernel may take one of 1.7 MB for a client that does not read, but not three.
        let request = String(
          repeating: RunningServer.request("GET", "/api/docs/swagger-ui-bundle.js", headers: []), count: 3)
        let readers = try (0..<24).map { _ in try server.connect() }
        for reader in readers { try reader.send(request) }
        try waitUntil("documents to be refused", within: 20) {
          try metric(server, "roster_open_budget_refusals_total") > 0
        }
        let document = try server.ask("GET", "/openapi.json", headers: [])
        try checkProblem(document, 503, "Service Unavailable", "slow readers")
        #expect(document["Retry-After"] == "1")
        // One answer may cross the line, the next may not.
        let held = try metric(server, "roster_open_budget_used_bytes")
        #expect(held > 524_288 && held < 524_288 + 2_000_000, "\(held)")
        #expect(try metric(server, "roster_page_budget_used_bytes") == 0)
        for target in ["/customers?previous_id=0", "/rest/v1/customers/", "/customer/1"] {
          #expect(try server.ask("GET", target).status == 200, "\(target)")
        }
        for target in ["/livez", "/", "/api/docs/"] {
          #expect(try server.ask("GET", target, headers: []).status == 200, "\(target)")
        }
        withExtendedLifetime(readers) {}
      }
    }

    /// More clients than are let in wait in the kernel's queue; none is turned away.
    @Test func moreClientsThanAreLetIn() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 1), ["--loops", "1", "--max-clients", "10"])
        var clients = try (0..<30).map { _ in try server.connect() }
        for client in clients { try client.send(RunningServer.request("GET", "/customer/1")) }
        var answered = 0
        while !clients.isEmpty {
          let client = clients.removeFirst()
          #expect(try client.answer().status == 200)
          answered += 1
        }
        #expect(answered == 30)
        #expect(try metric(server, "roster_http_connections_max") == 10)
      }
    }

    /// The soft limit of descriptors is raised to what the clients need; where the hard one is too low, fewer are let in.
    @Test(arguments: [(hard: 4096, raised: true), (hard: 300, raised: false)])
    func descriptors(_ hard: Int, _ isEnough: Bool) throws {
      try onStage { stage in
        let database = try stage.database(rows: 1)
        let process = try stage.start(
          [
            "/usr/bin/prlimit", "--nofile=256:\(hard)", "--", try Program.server.path(), "serve", "--port",
            "0",
            "--log", "json", "--loops", "2", "--max-clients", "2000",
          ], ["DATABASE_URL": database.url, "ROSTER_API_KEYS": RunningServer.key])
        let server = try stage.running(process)
        let raised = try #require(server.events("descriptor_limit_raised").first)
        #expect(raised["from"] as? Int == 256)
        #expect((raised["to"] as? Int ?? 0) <= hard)
        let reduced = server.events("clients_reduced").first?["clients"] as? Int
        #expect((reduced == nil) == isEnough)
        #expect(try metric(server, "process_max_fds") == Double(raised["to"] as? Int ?? 0))
        let clients = Int(try metric(server, "roster_http_connections_max"))
        #expect(clients == reduced ?? 2000)
        // All that are let in find a descriptor, and the database still has its own.
        var connections: [ClientConnection] = []
        for _ in 0..<min(clients * 3 / 4, 800) {
          let connection = try server.connect()
          try connection.send(RunningServer.request("GET", "/customer/1"))
          connections.append(connection)
        }
        for connection in connections { #expect(try connection.answer().status == 200) }
      }
    }
  }
}
