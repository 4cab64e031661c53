import Bytes
import HTTP
import OpenAPI
import Postgres

/// `/rest/v1/customers/`: registered customers.
struct RegisteredCustomerRoutes: Sendable {
  let customers: RegisteredCustomers

  private static let list = "/rest/v1/customers/"
  private static let item = "/rest/v1/customers/{customer_id}/"

  var routes: [Route] {
    [
      route(.get, Self.list, isBulk: true, RegisteredCustomerOperations.list, list),
      route(.post, Self.list, takesBody: true, RegisteredCustomerOperations.add, add),
      route(.get, Self.item, RegisteredCustomerOperations.single, single),
      route(.patch, Self.item, takesBody: true, RegisteredCustomerOperations.change, change),
      route(.delete, Self.item, RegisteredCustomerOperations.remove, remove),
    ]
  }

  private func route(
    _ method: HTTP.Method, _ path: String, isBulk: Bool = false, takesBody: Bool = false,
    _ operation: OpenAPI.Operation, _ handler: @escaping Handler
  ) -> Route {
    Route(
      method, path, bodyLimit: takesBody ? RegisteredCustomerFields.bodyLimit : 0, ignoresLastSlash: true,
      isBulk: isBulk, problems: .withSuccess, operation: operation, handler: handler)
  }

  @Sendable private func list(_ request: Request, _ response: consuming ResponseWriter) async throws {
    var query = try QueryFields(request)
    let window = PageWindow(&query)
    try query.finish()
    let insists = ListCount.isInsistedOn(by: request)
    async let counted = customers.count(insists: insists)
    let rows = try await customers.page(window)
    let count = try await counted
    let headers = [count.header] + window.links(to: Self.list, rows)
    response.json(headers: headers) {
      RegisteredCustomerViews.writeList(rows, atMost: Int(window.limit), count: count.rows, to: &$0)
    }
  }

  @Sendable private func single(_ request: Request, _ response: consuming ResponseWriter) async throws {
    let row = try await customers.customer(try Self.identifier(request))
    let tag = RegisteredCustomerViews.tag(row)
    let precondition = StatePrecondition(request)
    try precondition.requireMatch(tag)
    if precondition.isKnown(tag) { return response.empty(.notModified, headers: [Header("ETag", tag.text)]) }
    response.json(headers: [Header("ETag", tag.text)]) { RegisteredCustomerViews.write(row, to: &$0) }
  }

  @Sendable private func add(_ request: Request, _ response: consuming ResponseWriter) async throws {
    let customer = try NewRegisteredCustomer(request)
    let key = try IdempotencyKey(request, route: "POST \(Self.list)")
    do {
      let answer = try await customers.kept.answer(key) { key in
        (.created, try await customers.add(customer, key))
      }
      let first = answer.isReplay ? KeptAnswers.leadingColumns : 0
      let id = answer.row.cells[first].map { Int64(bigEndian: $0.loadUnaligned(as: Int64.self)) } ?? 0
      var headers = [
        Header("Location", "\(Self.list)\(id)/"),
        Header("ETag", RegisteredCustomerViews.tag(answer.row, from: first).text),
      ]
      if answer.isReplay { headers.append(KeptAnswers.replayed) }
      response.json(answer.status, headers: headers) {
        RegisteredCustomerViews.write(answer.row, from: first, to: &$0)
      }
    } catch  where RegisteredCustomers.isTaken(error) {
      throw RegisteredCustomers.phoneIsTaken
    }
  }

  @Sendable private func change(_ request: Request, _ response: consuming ResponseWriter) async throws {
    let id = try Self.identifier(request)
    let change = try RegisteredCustomerChange(request)
    let version = try await requiredVersion(of: id, request)
    switch change {
    case .fields(let fields):
      let row = try await customers.change(id, fields, in: version)
      response.json(headers: [Header("ETag", RegisteredCustomerViews.tag(row).text)]) {
        RegisteredCustomerViews.write(row, to: &$0)
      }
    case .phone(let phone):
      do {
        let tag = try await customers.change(id, phone, in: version)
        response.json(headers: [Header("ETag", tag.text)]) {
          $0.append("{\"success\":true,\"message\":\"the phone is changed\"}")
        }
      } catch  where RegisteredCustomers.isTaken(error) {
        throw RegisteredCustomers.phoneIsTaken
      }
    }
  }

  @Sendable private func remove(_ request: Request, _ response: consuming ResponseWriter) async throws {
    let id = try Self.identifier(request)
    try await customers.remove(id, in: try await requiredVersion(of: id, request))
    response.json { $0.append("{\"success\":true,\"message\":\"the customer is removed\"}") }
  }

  /// The state that `If-Match` wants, found by a look at the row; the change itself makes sure that it is still so.
  private func requiredVersion(of id: Int64, _ request: Request) async throws -> Int64? {
    let precondition = StatePrecondition(request)
    guard precondition.isForChange else { return nil }
    let row = try await customers.customer(id)
    try precondition.requireMatch(RegisteredCustomerViews.tag(row))
    return RegisteredCustomerViews.version(row)
  }

  private static func identifier(_ request: Request) throws -> Int64 {
    guard let id = request.identifier(0) else { throw RegisteredCustomers.notFound }
    return id
  }
}
