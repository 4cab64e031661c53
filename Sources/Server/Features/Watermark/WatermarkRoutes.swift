import HTTP

/// `GET /customers/watermark`: up to which id all customers are there.
struct WatermarkRoutes: Sendable {
  let observer: WatermarkObserver

  var routes: [Route] { [Route(.get, "/customers/watermark", handler: watermark)] }

  @Sendable private func watermark(_ request: Request, _ response: consuming ResponseWriter) async throws {
    let watermark = try await observer.look()
    response.json(headers: [Header("Cache-Control", "no-store")]) { watermark.write(to: &$0) }
  }
}
