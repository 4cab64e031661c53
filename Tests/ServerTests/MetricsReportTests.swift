import Bytes
import EventLoop
import HTTP
import Postgres
import TestSupport
import Testing

@testable import Server

/// The whole report over several loops.
@Suite struct MetricsReportTests {
  private static let routes = Router([
    Route(.get, "/customer/{id}") { _, response in response.empty() },
    Route(.post, "/customers") { _, response in response.empty() },
  ]).routes

  /// What a loop counts after `work`.
  private func counted(_ index: Int, _ work: @escaping @Sendable (LoopMetrics) -> Void) async throws
    -> LoopSnapshot
  {
    let result = Locked<LoopSnapshot?>(nil)
    try await onLoop { loop in
      let metrics = LoopMetrics(loop, index: index)
      metrics.start(routes: Self.routes.count)
      work(metrics)
      let pool = PostgresPool(loop, try ConnectionSettings(connectionString: "postgresql://localhost/none"))
      let snapshot = metrics.snapshot(HTTPServer(loop, router: Router([])), DatabaseLanes(pool))
      result.withLock { $0 = snapshot }
      metrics.close()
    }
    return try #require(result.withLock { $0 })
  }

  private func report(_ loops: [LoopSnapshot], _ events: EventCounts = EventCounts()) throws -> PrometheusText
  {
    var body = ByteBuffer()
    MetricsReport(
      routes: Self.routes, loops: loops, events: events.all, droppedLogLines: 7,
      process: ProcessFacts.read(), http: ServerSettings()
    ).write(to: &body)
    return try PrometheusText(body.text())
  }

  @Test func loopsAreAddedUp() async throws {
    let first = try await counted(0) { metrics in
      for _ in 0..<3 { metrics.answered(route: 0, status: 200, nanoseconds: 20_000) }
      metrics.answered(route: 0, status: 503, nanoseconds: 1_000_000)
      metrics.answered(route: nil, status: 404, nanoseconds: 0)
    }
    let second = try await counted(1) { metrics in
      metrics.answered(route: 0, status: 200, nanoseconds: 20_000)
      metrics.answered(route: 1, status: 200, nanoseconds: 5_000_000_000)
      metrics.failed(PostgresError.overloaded)
      metrics.failed(PostgresError.timedOut)
      metrics.failed(PostgresError.timedOut)
      metrics.noticed(.connected)
      metrics.noticed(.lost(.timedOut))
    }
    let text = try report([first, second])
    let requests = "roster_http_requests_total"
    #expect(text.value(requests, ["route": "/customer/{id}", "method": "GET", "status": "200"]) == 4)
    #expect(text.value(requests, ["route": "/customer/{id}", "status": "503"]) == 1)
    #expect(text.value(requests, ["route": "/customers", "method": "POST", "status": "200"]) == 1)
    #expect(text.value(requests, ["route": "", "status": "404"]) == 1)
    #expect(text.samples(requests).count == 4)
    let duration = "roster_http_request_duration_seconds"
    #expect(text.value("\(duration)_count", ["route": "/customer/{id}"]) == 5)
    #expect(text.value("\(duration)_sum", ["route": "/customer/{id}"]) == 0.00108)
    #expect(text.value("\(duration)_bucket", ["route": "/customers", "le": "8.388608"]) == 1)
    #expect(text.value("\(duration)_bucket", ["route": "/customers", "le": "4.194304"]) == 0)
    #expect(text.value("roster_request_failures_total", ["reason": "timed_out"]) == 2)
    #expect(text.value("roster_request_failures_total", ["reason": "queue_full"]) == 1)
    #expect(text.value("roster_pool_connects_total", ["loop": "0"]) == 0)
    #expect(text.value("roster_pool_connects_total", ["loop": "1"]) == 1)
    #expect(text.value("roster_pool_losses_total", ["loop": "1"]) == 1)
  }

  @Test func aStatusThatThereIsNotDoesNoHarm() async throws {
    let loop = try await counted(0) { metrics in
      for status in [0, 99, 600, -1, .max] { metrics.answered(route: 0, status: status, nanoseconds: 1) }
    }
    #expect(try report([loop]).samples("roster_http_requests_total").isEmpty)
  }

  @Test func observationsAreCountedByTheirNames() async throws {
    let events = EventCounts()
    events(.keysReloaded(3))
    events(.keysReloaded(4))
    events(.databaseLost(loop: 0, .timedOut))
    let text = try report([try await counted(0) { _ in }], events)
    #expect(text.value("roster_events_total", ["event": "keys_reloaded"]) == 2)
    #expect(text.value("roster_events_total", ["event": "database_lost"]) == 1)
    #expect(text.value("roster_events_total", ["event": "stopping"]) == 0)
    #expect(text.samples("roster_events_total").count == Observation.Kind.allCases.count - 1)
    #expect(text.value("roster_events_total", ["event": "log_lines_dropped"]) == nil)
    #expect(text.value("roster_log_lines_dropped_total") == 7)
  }

  /// What docs/operations.md tells to watch is what there is, by name and label, and all of it.
  @Test func allAreDocumented() async throws {
    let text = try report([
      try await counted(0) { metrics in
        metrics.answered(route: 0, status: 200, nanoseconds: 1)
        metrics.failed(PostgresError.overloaded)
      }
    ])
    var documented: Set<String> = []
    for row in try OperationsPage.table(under: "What to watch") {
      for entry in row.names {
        let parts = entry.split(whereSeparator: { "{,}".contains($0) }).map { String($0) }
        documented.insert(parts[0])
        guard parts.count > 1 else { continue }
        let labels = text.samples(parts[0]).map(\.labels)
        #expect(
          labels.allSatisfy { Set($0.keys).subtracting(["loop"]) == Set(parts.dropFirst()) }, "\(entry)")
        // Where the values of its one label are told, they are these.
        guard parts.count == 2, !row.meaning.isEmpty else { continue }
        #expect(Set(labels.compactMap { $0[parts[1]] }) == Set(row.meaning), "\(entry)")
      }
    }
    #expect(documented == Set(text.families.keys))
  }

  @Test func eventsAreDocumented() throws {
    let names = try OperationsPage.table(under: "The log").flatMap(\.names)
    #expect(names.sorted() == Observation.Kind.allCases.map(\.rawValue).sorted())
  }

  @Test func theProcessIsThisOne() async throws {
    let text = try report([try await counted(0) { _ in }])
    #expect(text.value("process_resident_memory_bytes").map { $0 > 1e6 } == true)
    #expect(text.value("process_open_fds").map { $0 >= 3 } == true)
    #expect(text.value("process_max_fds").map { $0 >= 64 } == true)
    #expect(text.value("process_cpu_seconds_total").map { $0 > 0 } == true)
    #expect(text.value("process_threads").map { $0 >= 1 } == true)
    #expect(text.value("roster_build_info") == 1)
  }

  /// A loop that was held up shows it.
  @Test func lagIsMeasured() async throws {
    let loop = try await counted(0) { _ in }
    #expect(loop.lag.count == 0)
    let result = Locked<UInt64>(0)
    try await onLoop { loop in
      let metrics = LoopMetrics(loop, index: 0)
      metrics.start(routes: 0)
      let lanes = DatabaseLanes(
        PostgresPool(loop, try ConnectionSettings(connectionString: "postgresql://localhost/none")))
      let server = HTTPServer(loop, router: Router([]))
      let until = Loop.nanoseconds + 400_000_000
      while Loop.nanoseconds < until {}
      try await loop.eventually("the timer came") { metrics.snapshot(server, lanes).lag.count > 0 }
      let seen = metrics.snapshot(server, lanes).lag.nanoseconds
      result.withLock { $0 = seen }
      metrics.close()
    }
    #expect(result.withLock { $0 } >= 100_000_000)
  }
}

extension DatabaseLanes {
  /// One pool for all that is read, and nothing that is open beside it.
  fileprivate init(_ pool: PostgresPool) {
    self.init(reads: pool, writes: DatabaseLane(pool), slow: DatabaseLane(pool))
  }
}
