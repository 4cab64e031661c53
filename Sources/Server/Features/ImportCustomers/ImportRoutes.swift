import HTTP
import Postgres

/// `GET` or `POST /grpc/v1/service/import_customers/`, which is plain HTTP whatever its path says, and a look at how far it
/// is.
struct ImportRoutes: Sendable {
  let pool: PostgresPool
  let customerImport: CustomerImport

  private static let path = "/grpc/v1/service/import_customers"

  var routes: [Route] {
    [
      Route(
        .get, Self.path, ignoresLastSlash: true, problems: .withSuccess, operation: ImportOperations.runByGet,
        handler: run),
      Route(
        .post, Self.path, ignoresLastSlash: true, problems: .withSuccess, operation: ImportOperations.run,
        handler: run),
      Route(
        .get, "\(Self.path)/status", ignoresLastSlash: true, problems: .withSuccess,
        operation: ImportOperations.status, handler: status),
    ]
  }

  @Sendable private func run(_ request: Request, _ response: consuming ResponseWriter) async throws {
    guard customerImport.isConfigured else {
      // To try again does not help, which 503 would mean.
      throw Problem(
        .notImplemented, "no SQL Server is named; start the server with MSSQL_HOST or MSSQL_CONNECTION",
        headers: Self.headers)
    }
    // HEAD must change nothing.
    guard request.method != .head else { return response.json(headers: Self.headers) { _ in } }
    switch await customerImport.outcome(on: request.loop) {
    case .finished(let counts)?:
      response.json(headers: Self.headers) { body in
        body.append("{\"success\":true,\"message\":\"")
        body.append(text: "read \(counts.read) rows, rejected \(counts.rejected)")
        body.append("\",\"data\":")
        counts.write(to: &body)
        body.append("}")
      }
    case .failed(let failure, _)?:
      if failure.status == .serviceUnavailable { throw Problem.unavailable(failure.shown, retryAfter: 5) }
      throw Problem(failure.status, failure.shown)
    case .stopped?, nil:
      throw Problem.unavailable(
        "the server is stopping; what was imported stays, and another call goes on", retryAfter: 5)
    }
  }

  @Sendable private func status(_ request: Request, _ response: consuming ResponseWriter) async throws {
    let rows = try await pool.query(ImportQueries.last)
    guard rows.count > 0 else { throw Problem(.notFound, "nothing was imported yet") }
    var report = ImportReport(rows)
    report.findings = try await pool.read(ImportQueries.findings, report.importID, ImportReport.shownFindings)
    response.json(headers: Self.headers) { report.write(to: &$0) }
  }

  private static let headers = [Header("Cache-Control", "no-store")]
}
