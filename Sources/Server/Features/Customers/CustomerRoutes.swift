import HTTP
import Postgres

/// `POST /customers` and `GET /customer/{id}` of the original task.
struct CustomerRoutes: Sendable {
  private let pool: PostgresPool
  private let lookup: RowLookup

  init(pool: PostgresPool) {
    self.pool = pool
    lookup = RowLookup(pool, one: CustomerQueries.single, many: CustomerQueries.several)
  }

  var routes: [Route] {
    [
      Route(
        .post, "/customers", bodyLimit: PageArguments.bodyLimit, isBulk: true,
        operation: CustomerOperations.page, handler: page),
      Route(
        .get, "/customers", bodyLimit: PageArguments.bodyLimit, isBulk: true,
        operation: CustomerOperations.pageByGet, handler: page),
      Route(.get, "/customer/{id}", operation: CustomerOperations.single, handler: single),
    ]
  }

  /// The rows with `customer_id > previous_id`, at most `records`.
  @Sendable private func page(_ request: Request, _ response: consuming ResponseWriter) async throws {
    let arguments = try PageArguments(request)
    let rows = try await pool.read(CustomerQueries.page, arguments.previousID, Int64(arguments.records))
    response.json { CustomerViews.writeAll(rows, to: &$0) }
  }

  @Sendable private func single(_ request: Request, _ response: consuming ResponseWriter) async throws {
    guard let id = request.identifier(0) else { throw Self.notFound }
    guard let row = try await lookup.row(id) else { throw Self.notFound }
    response.json { CustomerViews.write(row, to: &$0) }
  }

  private static let notFound = Problem(.notFound, "there is no customer with this id")
}
