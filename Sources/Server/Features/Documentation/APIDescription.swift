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
      entries: routes.compactMap(entry),
      commonFields: [
        Answer.Field(
          "X-Request-Id", .text(),
          "The id that the log has, and `instance` of a problem: the request's own `X-Request-Id`, if it has a usable one."
        )
      ])
  }

  private static func entry(of route: Route) -> APIDocument.Entry? {
    guard let operation = route.operation else { return nil }
    return APIDocument.Entry(
      method: route.method.rawValue.lowercased(), path: route.path, needsKey: route.access == .key,
      operation: operation.mapAnswers { $0.written(route.problems) }, sharedAnswers: sharedAnswers(of: route))
  }

  private static let introduction = """
    Customer data out of one PostgreSQL.

    Data needs a key: choose *Authorize* and put it into one of the three fields. Errors are \
    `application/problem+json` (RFC 9457) and say what is wrong and how to put it right; `instance` and the field \
    `X-Request-Id` carry the id under which the server's log has the request, which a client may choose by sending \
    `X-Request-Id` itself. A method that a path does not have gets 405 with `Allow`. Answers are compressed for clients that \
    accept gzip. `HEAD` works wherever `GET` does. 503 comes with `Retry-After`: try again then.
    """

  /// What a route may answer beside what it says itself.
  private static func sharedAnswers(of route: Route) -> [APIDocument.SharedAnswer] {
    let suffix = route.problems == .withSuccess ? "WithSuccess" : ""
    func named(_ answers: [(name: String, answer: Answer)], _ change: (Answer) -> Answer) -> [APIDocument
      .SharedAnswer]
    {
      answers.map { .init($0.name + suffix, change($0.answer)) }
    }
    let conditional =
      (route.access == .key ? [unauthorized] : []) + (route.needsBody ? [lengthRequired] : [])
    return beforeTheRoute.map { .init($0.name, $0.answer) }
      + named(beforeAndAfter) { $0.writtenAsEarlyAsLate(route.problems) }
      + named(afterTheRoute + conditional) { $0.written(route.problems) }
  }

  /// What the head alone decides, whatever route it names.
  private static let beforeTheRoute: [(name: String, answer: Answer)] = [
    (
      "URITooLong",
      .problem(.uriTooLong, "The request line is too long", detail: "the request line is too long")
    ),
    (
      "ExpectationFailed",
      .problem(
        .expectationFailed, "`Expect` asks for something else than `100-continue`",
        detail: "the only expectation met here is 100-continue")
    ),
    (
      "HeaderFieldsTooLarge",
      .problem(
        .headerFieldsTooLarge, "The header fields are too many or too long",
        detail: "the header fields are too long")
    ),
    (
      "NotImplemented",
      .problem(
        .notImplemented, "The body comes in a transfer coding that is not known",
        detail: "the only transfer coding known here is chunked")
    ),
    (
      "VersionNotSupported",
      .problem(
        .versionNotSupported, "The request is not HTTP/1.1 or HTTP/1.0",
        detail: "only HTTP/1.1 and HTTP/1.0 are spoken here")
    ),
  ]

  /// What may be wrong with the head or with the body behind it.
  private static let beforeAndAfter: [(name: String, answer: Answer)] = [
    (
      "BadRequest",
      .problem(.badRequest, "The request cannot be understood", detail: "Content-Length is no number")
    ),
    (
      "RequestTimeout",
      .problem(
        .requestTimeout, "The request did not arrive in time", detail: "the request did not arrive in time")
    ),
    (
      "ContentTooLarge",
      .problem(
        .contentTooLarge, "The body is larger than this path takes", detail: "no body is expected here")
    ),
  ]

  private static let afterTheRoute: [(name: String, answer: Answer)] = [
    (
      "InternalServerError",
      .problem(
        .internalServerError, "A fault of the server",
        detail: "something went wrong here; the log has it under this request's id")
    ),
    (
      "ServiceUnavailable",
      .problem(
        .serviceUnavailable, "Not at the moment",
        detail: "the database cannot be reached at the moment; try again", fields: [.retryAfter])
    ),
  ]

  private static let lengthRequired: (name: String, answer: Answer) = (
    "LengthRequired",
    .problem(
      .lengthRequired, "A body is needed, and the request has none",
      detail:
        "this needs a body: say how long it is with Content-Length, or send it with Transfer-Encoding: chunked"
    )
  )

  private static let unauthorized: (name: String, answer: Answer) = (
    "Unauthorized",
    .problem(
      .unauthorized, "A key is missing or wrong",
      detail: "this needs a key, in X-CUTSOM-AUTH, X-CUSTOM-AUTH or Authorization: Bearer",
      fields: [Answer.Field("WWW-Authenticate", .text(), "`Bearer realm=\"roster\"`")])
  )
}
