import HTTP
import Postgres

/// What probes ask, without a key.
struct HealthRoutes: Sendable {
  let pool: PostgresPool
  /// A database that has owed an answer for longer than this is not ready, in milliseconds.
  private static let patience: UInt64 = 1000

  var routes: [Route] {
    [
      Route(.get, "/livez", access: .open) { _, response in
        response.json { $0.append("{\"status\":\"alive\"}") }
      },
      Route(.get, "/readyz", access: .open, handler: ready),
    ]
  }

  @Sendable private func ready(_ request: Request, _ response: consuming ResponseWriter) async throws {
    guard pool.isUp else {
      throw Problem(
        .serviceUnavailable, "no connection to the database is up", headers: [Header("Retry-After", "1")])
    }
    guard pool.isResponsive(within: Self.patience) else {
      throw Problem(
        .serviceUnavailable, "the database does not answer", headers: [Header("Retry-After", "1")])
    }
    response.json { $0.append("{\"status\":\"ready\",\"database\":\"up\"}") }
  }
}
