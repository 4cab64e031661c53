import HTTP

/// What probes ask, without a key.
struct HealthRoutes: Sendable {
  let readiness: Readiness

  var routes: [Route] {
    [
      Route(.get, "/livez", access: .open, operation: HealthOperations.alive) { _, response in
        response.json { $0.append("{\"status\":\"alive\"}") }
      },
      Route(.get, "/readyz", access: .open, operation: HealthOperations.ready, handler: ready),
    ]
  }

  @Sendable private func ready(_ request: Request, _ response: consuming ResponseWriter) async throws {
    if let obstacle = readiness.obstacle {
      throw Problem.unavailable(obstacle)
    }
    response.json { $0.append("{\"status\":\"ready\",\"database\":\"up\"}") }
  }
}
