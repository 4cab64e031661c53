import HTTP
import OpenAPI
import Options

/// The document of this server's API, made from the routes that it serves.
enum APIDescription {
  static func document(of routes: [Route]) -> APIDocument {
    APIDocument(
      title: "Roster", version: Release.version, description: introduction,
      schemes: [
        .key("key", field: "X-CUTSOM-AUTH", "A key, under the name that the first clients use."),
        .key("keyUnderItsRightName", field: "X-CUSTOM-AUTH", "The same, spelled right."),
        .bearer("bearer", "The same, as `Authorization: Bearer KEY`."),
      ],
      entries: routes.compactMap(entry), sharedAnswers: sharedAnswers)
  }

  private static func entry(of route: Route) -> APIDocument.Entry? {
    guard let operation = route.operation else { return nil }
    return APIDocument.Entry(
      method: route.method.rawValue.lowercased(), path: route.path, needsKey: route.access == .key,
      operation: operation)
  }

  private static let introduction = """
    Customer data out of one PostgreSQL.

    Data needs a key: choose *Authorize* and put it into one of the three fields. Errors are \
    `application/problem+json` (RFC 9457) and say what is wrong and how to put it right; `instance` and the field \
    `X-Request-Id` carry the id under which the server's log has the request. Answers are compressed for clients that \
    accept gzip. `HEAD` works wherever `GET` does. 503 comes with `Retry-After`: try again then.
    """

  /// What any route may answer, since it is decided before its handler runs or when the database is away.
  private static let sharedAnswers: @Sendable (APIDocument.Entry) -> [Answer] = { entry in
    var answers: [Answer] = [
      .problem(
        .badRequest, "The request cannot be understood", detail: "the request is malformed"),
      .problem(
        .requestTimeout, "The request did not arrive in time", detail: "the request did not arrive in time"),
      .problem(
        .contentTooLarge, "The body is larger than this path takes", detail: "no body is expected here"),
      .problem(.uriTooLong, "The request line is too long", detail: "the request line is too long"),
      .problem(
        .headerFieldsTooLarge, "The header fields are too many or too long",
        detail: "the header fields are too long"),
      .problem(
        .internalServerError, "A fault of the server",
        detail: "something went wrong here; the log has it under this request's id"),
      .problem(
        .serviceUnavailable, "Not at the moment",
        detail: "the database cannot be reached at the moment; try again", fields: [.retryAfter]),
    ]
    if entry.needsKey {
      answers.append(
        .problem(
          .unauthorized, "A key is missing or wrong",
          detail: "this needs a key, in X-CUTSOM-AUTH, X-CUSTOM-AUTH or Authorization: Bearer",
          fields: [Answer.Field("WWW-Authenticate", .text(), "`Bearer realm=\"roster\"`")]))
    }
    return answers
  }
}
