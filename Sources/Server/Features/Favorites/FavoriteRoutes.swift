import Bytes
import HTTP
import OpenAPI
import Postgres

/// `/rest/v1/favorites/`: which items customers like.
struct FavoriteRoutes: Sendable {
  let favorites: Favorites

  private static let path = "/rest/v1/favorites/"
  /// Ids of one `DELETE`.
  static let idsLimit = 10_000
  /// Bytes that so many of the longest ids take, with some white space.
  private static let idsBodyLimit = 256 * 1024

  var routes: [Route] {
    [
      route(.get, isBulk: true, FavoriteOperations.list, list),
      route(.post, bodyLimit: 4096, FavoriteOperations.add, add),
      route(.delete, bodyLimit: Self.idsBodyLimit, FavoriteOperations.remove, remove),
    ]
  }

  private func route(
    _ method: HTTP.Method, bodyLimit: Int = 0, isBulk: Bool = false, _ operation: OpenAPI.Operation,
    _ handler: @escaping Handler
  ) -> Route {
    Route(
      method, Self.path, bodyLimit: bodyLimit, ignoresLastSlash: true, isBulk: isBulk, problems: .withSuccess,
      operation: operation, handler: handler)
  }

  @Sendable private func list(_ request: Request, _ response: consuming ResponseWriter) async throws {
    var query = try QueryFields(request)
    let window = PageWindow(&query)
    let filter = FavoriteFilter(&query)
    try query.finish()
    let insists = ListCount.isInsistedOn(by: request)
    async let counted = favorites.count(filter, insists: insists)
    let rows = try await favorites.page(filter, window)
    let count = try await counted
    let headers = [count.header] + window.links(to: Self.path, rows, filters: filter.query)
    response.json(headers: headers) {
      FavoriteViews.writeList(rows, atMost: Int(window.limit), count: count.rows, to: &$0)
    }
  }

  @Sendable private func add(_ request: Request, _ response: consuming ResponseWriter) async throws {
    let favorite = try NewFavorite(request)
    let key = try IdempotencyKey(request, route: "POST \(Self.path)")
    let answer = try await favorites.kept.answer(key) { key in
      try await favorites.add(favorite, key)
    }
    response.json(answer.status, headers: answer.isReplay ? [KeptAnswers.replayed] : []) {
      FavoriteViews.write(
        answer.row.cells, from: answer.isReplay ? KeptAnswers.leadingColumns : 0, to: &$0)
    }
  }

  @Sendable private func remove(_ request: Request, _ response: consuming ResponseWriter) async throws {
    var body = try BodyFields(request)
    let ids = body.integers("id", atMost: Self.idsLimit)
    if !body.has("id") { body.fault("id", "is missing; it is an array of ids") }
    try body.finish(known: ["id"])
    let count = try await favorites.remove(ids.value ?? [])
    response.json {
      $0.append("{\"success\":true,\"message\":null,\"data\":{\"count_deleted\":")
      $0.append(decimal: count)
      $0.append("}}")
    }
  }
}

/// The body of a new favorite.
struct NewFavorite: Hashable, Sendable {
  let user: Int64
  let item: Int64

  init(_ request: Request) throws {
    var body = try BodyFields(request)
    let user = body.required("user_id", 1 ... .max)
    let item = body.required("item_id", .min ... .max)
    try body.finish(known: ["user_id", "item_id"])
    self.user = user
    self.item = item
  }
}

extension BodyFields {
  /// A whole number that has to be there; 0 where it is not, which is noted.
  fileprivate mutating func required(_ name: String, _ range: ClosedRange<Int64>) -> Int64 {
    let given = integer(name, range)
    if let number = given.value { return number }
    fault(name, has(name) ? "must be a whole number, not null" : "is missing; give a whole number")
    return 0
  }
}
