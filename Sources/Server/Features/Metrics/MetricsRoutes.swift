import HTTP
import OpenAPI

/// `/metrics` for Prometheus.
struct MetricsRoutes: Sendable {
  let metrics: ServerMetrics
  let settings: ServeSettings

  var routes: [Route] {
    [
      Route(
        .get, "/metrics", access: settings.opensMetrics ? .open : .key, isBulk: settings.opensMetrics,
        operation: Self.operation, handler: report)
    ]
  }

  @Sendable private func report(_ request: Request, _ response: consuming ResponseWriter) async throws {
    let process = try await request.loop.offload { ProcessFacts.read() }
    let loops = try await metrics.snapshots()
    let report = MetricsReport(
      routes: metrics.routes, loops: loops, events: metrics.events.all,
      droppedLogLines: settings.log.droppedLines, process: process, http: settings.http)
    response.send(type: "text/plain; version=0.0.4; charset=utf-8") { report.write(to: &$0) }
  }

  private static let operation = Operation(
    "getMetrics", HealthOperations.tag, "Counters and histograms for Prometheus",
    answers: [
      Answer(
        200, "Metrics in Prometheus's text format",
        Content(
          "text/plain", .text(),
          example: "roster_http_requests_total{method=\"GET\",route=\"/livez\",status=\"200\"} 3\n"))
    ])
}
