import Bytes
import HTTP

/// The pages for people: `/` and `/api/docs/`.
struct PageRoutes: Sendable {
  let swaggerUI: SwaggerUI?
  let readiness: Readiness

  private static let stylesheet = StoredAnswer(type: "text/css; charset=utf-8", body: FirstPage.stylesheet)
  private static let script = StoredAnswer(type: "text/javascript; charset=utf-8", body: SwaggerUI.script)

  var routes: [Route] {
    [
      Route(.get, "/", access: .open, operation: DocumentationOperations.first, handler: first),
      Route(.get, "/roster.css", access: .open, operation: DocumentationOperations.stylesheet) {
        Self.stylesheet.send($0, $1, headers: PageHeaders.file)
      },
      Route(
        .get, "/api/docs/", access: .open, ignoresLastSlash: true,
        operation: DocumentationOperations.swaggerUI, handler: swaggerPage),
      Route(.get, "/api/docs/start.js", access: .open, operation: DocumentationOperations.script) {
        Self.script.send($0, $1, headers: PageHeaders.file)
      },
      Route(
        .get, "/api/docs/{file}", access: .open, isBulk: true, operation: DocumentationOperations.file,
        handler: file),
    ]
  }

  @Sendable private func first(_ request: Request, _ response: consuming ResponseWriter) async throws {
    let page = FirstPage.html(
      obstacle: readiness.obstacle, host: request.header("host") ?? "", hasSwaggerUI: swaggerUI != nil)
    response.send(
      type: "text/html; charset=utf-8", headers: PageHeaders.page + [Header("Cache-Control", "no-store")]
    ) { $0.append(text: page) }
  }

  @Sendable private func swaggerPage(_ request: Request, _ response: consuming ResponseWriter) async throws {
    let page = StoredAnswer(type: "text/html; charset=utf-8", body: try installed().html)
    page.send(request, response, headers: PageHeaders.swaggerUI)
  }

  @Sendable private func file(_ request: Request, _ response: consuming ResponseWriter) async throws {
    guard let file = request.withParameter(0, Self.file) else {
      throw Problem(.notFound, "Swagger UI has no such file")
    }
    let swaggerUI = try installed()
    let tag = EntityTag("\(swaggerUI.version)-\(file.name)", isWeak: true)
    var headers =
      PageHeaders.file + [
        Header("ETag", tag.text), Header("Vary", "Accept-Encoding"),
        // Under an address with another version, or none, the file is another one some day.
        Header(
          "Cache-Control",
          request.withQuery { Self.names(swaggerUI.version, $0) }
            ? "public, max-age=31536000, immutable" : "no-cache"),
      ]
    if let known = request.header("if-none-match"), tag.isListed(inIfNoneMatch: known) {
      return response.empty(.notModified, headers: headers)
    }
    // It is compressed once, when it is installed, and so better than there is time for here.
    let isPacked = request.acceptsGzip && file.isCompressible
    let bytes = try await request.loop.offload { try swaggerUI.read(file, isPacked: isPacked) }
    if isPacked { headers.append(Header("Content-Encoding", "gzip")) }
    response.send(type: file.type, headers: headers) { body in bytes.withUnsafeBytes { body.append($0) } }
  }

  private func installed() throws -> SwaggerUI {
    if let swaggerUI { return swaggerUI }
    throw Problem(
      .notFound,
      "Swagger UI is not installed here; scripts/swagger-ui fetches it, and --swagger-ui names its folder. "
        + "The document that it would show is /openapi.json")
  }

  private static func file(_ name: UnsafeRawBufferPointer) -> SwaggerUI.File? {
    SwaggerUI.files.first { $0.name.utf8.elementsEqual(name) }
  }

  private static func names(_ version: String, _ query: UnsafeRawBufferPointer) -> Bool {
    "v=\(version)".utf8.elementsEqual(query)
  }
}
