import Bytes
import HTTP

/// `/openapi.json`: what all routes say about themselves.
enum DocumentRoute {
  /// Documents `others` and itself.
  static func documenting(_ others: [Route]) -> Route {
    // For its own place in the document a route needs no handler.
    let routes = others + [route { _, _ in }]
    var body = ByteBuffer(capacity: 64 * 1024)
    body.append(json: APIDescription.document(of: routes).json)
    let document = StoredAnswer(type: "application/json", body: body.text())
    return route { request, response in document.send(request, response, headers: []) }
  }

  private static func route(_ handler: @escaping Handler) -> Route {
    Route(
      .get, "/openapi.json", access: .open, isBulk: true, operation: DocumentationOperations.document,
      handler: handler)
  }
}
