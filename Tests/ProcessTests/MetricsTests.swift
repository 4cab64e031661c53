import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// `/metrics` as Prometheus reads it, and compression as a browser asks for it.
  @Suite struct MetricsTests {
    @Test func requestsAreCountedOverAllLoops() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 10), ["--loops", "2"])
        for index in 0..<40 { _ = try server.ask("GET", "/customer/\(index % 20 + 1)") }
        for _ in 0..<5 { _ = try server.ask("POST", "/customers?previous_id=0") }
        _ = try server.ask("GET", "/customers?previous_id=x")
        _ = try server.ask("HEAD", "/customer/1")
        for _ in 0..<3 { _ = try server.ask("GET", "/customer/1", headers: []) }
        _ = try server.ask("DELETE", "/customer/1")
        _ = try server.ask("GET", "/nowhere")
        let broken = try server.connect()
        try broken.send("nonsense\r\n\r\n")
        #expect(try broken.answer().status == 400)

        let answer = try server.ask("GET", "/metrics")
        #expect(answer.status == 200)
        #expect(answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        let text = try PrometheusText(answer.text)
        func count(_ labels: [String: String]) -> Double? { text.value("roster_http_requests_total", labels) }
        #expect(count(["method": "GET", "route": "/customer/{id}", "status": "200"]) == 21)
        #expect(count(["method": "GET", "route": "/customer/{id}", "status": "404"]) == 20)
        #expect(count(["method": "GET", "route": "/customer/{id}", "status": "401"]) == 3)
        #expect(count(["method": "POST", "route": "/customers", "status": "200"]) == 5)
        #expect(count(["method": "GET", "route": "/customers", "status": "400"]) == 1)
        #expect(count(["route": "", "status": "405"]) == 1)
        #expect(count(["route": "", "status": "404"]) == 1)
        #expect(count(["route": "", "status": "400"]) == 1)
        let took = text.value(
          "roster_http_request_duration_seconds_count", ["method": "GET", "route": "/customer/{id}"])
        #expect(took == 44)
        for name in [
          "roster_http_connections", "roster_pool_connections", "roster_pool_queries",
          "roster_loop_lag_seconds_count",
          "roster_page_budget_used_bytes", "roster_http_received_bytes_total",
        ] {
          #expect(text.samples(name).map { $0.labels["loop"] } == ["0", "1"], "\(name)")
        }
        let accepted = text.samples("roster_http_connections_accepted_total").reduce(0) { $0 + $1.value }
        #expect(accepted == 54)
        #expect(text.samples("roster_pool_connects_total").allSatisfy { $0.value == 2 })
        #expect(text.value("process_open_fds").map { Int($0) } ?? 0 >= 10)
        let resident = try #require(text.value("process_resident_memory_bytes"))
        #expect(abs(resident - Double(server.process.residentBytes)) < 8e6)
        #expect(text.value("roster_events_total", ["event": "listening"]) == 1)
      }
    }

    @Test func aKeyIsNeededUnlessToldOtherwise() throws {
      try onStage { stage in
        let database = try stage.database()
        let closed = try stage.server(database)
        let refused = try closed.ask("GET", "/metrics", headers: [])
        try checkProblem(refused, 401, "Unauthorized", "/metrics")
        #expect(refused["WWW-Authenticate"] != nil)
        #expect(try closed.ask("GET", "/metrics").status == 200)
        let open = try stage.server(database, ["--metrics-open"])
        #expect(try open.ask("GET", "/metrics", headers: []).status == 200)
        #expect(try open.ask("GET", "/customer/1", headers: []).status == 401)
      }
    }

    /// Who scrapes while the server is under load or stops is answered, or refused, and never holds it up.
    @Test func scrapesUnderLoadAndAtTheEnd() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 1000), ["--loops", "2"])
        let clients = SteadyClients(port: server.port, rows: 1000, count: 8)
        var last = 0.0
        for _ in 0..<(Scale.isFull ? 50 : 15) {
          let text = try PrometheusText(server.ask("GET", "/metrics").text)
          let total = text.samples("roster_http_requests_total").reduce(0) { $0 + $1.value }
          #expect(total >= last)
          last = total
        }
        let tally = clients.stop()
        #expect(tally.wrong.isEmpty, "\(tally)")
        let text = try PrometheusText(server.ask("GET", "/metrics").text)
        let pages = text.value(
          "roster_http_requests_total", ["route": "/customers", "method": "GET", "status": "200"])
        let singles = text.value("roster_http_requests_total", ["route": "/customer/{id}", "status": "200"])
        #expect(Int((pages ?? 0) + (singles ?? 0)) == tally.right, "what clients counted")
        let scrapers = (0..<8).compactMap { _ in try? server.connect() }
        for scraper in scrapers { try scraper.send(RunningServer.request("GET", "/metrics")) }
        server.process.signal(SIGTERM)
        for scraper in scrapers { #expect(try scraper.answer().status == 200) }
        let time = try milliseconds { _ = try server.process.waitForEnd(within: 20) }
        #expect(server.process.ending == .exited(0))
        #expect(time < 5000, "\(time) ms")
      }
    }

    /// What gzip itself makes of a compressed page is the page.
    @Test(arguments: [1, 20, 100, 1000])
    func compressedPagesAreTheSamePages(records: Int) throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 1000))
        let target = "/customers?previous_id=0&records=\(records)"
        let key = "X-CUTSOM-AUTH: \(RunningServer.key)"
        let plain = try server.ask("GET", target)
        let packed = try server.ask("GET", target, headers: [key, "Accept-Encoding: gzip, deflate, br"])
        guard plain.body.count >= 1024 else {
          #expect(packed.body == plain.body && packed["Content-Encoding"] == nil)
          return
        }
        #expect(packed["Content-Encoding"] == "gzip")
        #expect(packed["Vary"] == "Accept-Encoding" && plain["Vary"] == "Accept-Encoding")
        let file = stage.path("page.gz")
        try Data(packed.body).write(to: URL(filePath: file))
        let child = try stage.start(["/usr/bin/gzip", "-dc", file])
        #expect(try child.waitForEnd() == .exited(0), "\(child.errors)")
        #expect(Array(child.outputData) == plain.body)
        note("a page of \(records): \(plain.body.count) bytes, \(packed.body.count) compressed")
        #expect(packed.body.count < plain.body.count / 2)
        let never = try stage.server(try stage.database(rows: 1000), ["--gzip-from", "1GiB"])
        #expect(try never.ask("GET", target, headers: [key, "Accept-Encoding: gzip"]).body == plain.body)
      }
    }
  }
}
