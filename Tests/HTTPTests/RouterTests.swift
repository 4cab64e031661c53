import Testing

@testable import HTTP

@Suite struct RouterTests {
  static let nothing: Handler = { _, _ in }

  func router(_ routes: (HTTP.Method, String)...) -> Router {
    Router(routes.map { Route($0.0, $0.1, handler: Self.nothing) })
  }

  func match(_ router: Router, _ method: HTTP.Method, _ path: String) -> (Router.Match, [String]) {
    // The path lies somewhere in a head.
    let bytes = Array("GET \(path) HTTP/1.1".utf8)
    return bytes.withUnsafeBytes { bytes in
      var parameters = [Span(start: 0, count: 3)]
      let span = Span(start: 4, count: path.utf8.count)
      let match = router.match(method, span, in: bytes, &parameters)
      return (match, parameters.map { String(decoding: $0.of(bytes), as: UTF8.self) })
    }
  }

  let customers = Router([
    Route(.get, "/", handler: nothing),
    Route(.post, "/customers", handler: nothing),
    Route(.get, "/customers", handler: nothing),
    Route(.get, "/customer/{id}", handler: nothing),
    Route(.get, "/rest/v1/customers/{id}/", ignoresLastSlash: true, handler: nothing),
    Route(.patch, "/rest/v1/customers/{id}/", ignoresLastSlash: true, handler: nothing),
    Route(.get, "/a/{x}/b/{y}", handler: nothing),
  ])

  @Test(arguments: [
    (HTTP.Method.get, "/", 0, []), (.post, "/customers", 1, []), (.get, "/customers", 2, []),
    (.head, "/customers", 2, []), (.get, "/customer/5", 3, ["5"]), (.get, "/customer/%2e%2e", 3, ["%2e%2e"]),
    (.get, "/customer/..", 3, [".."]), (.get, "/customer/{id}", 3, ["{id}"]),
    (.get, "/rest/v1/customers/7", 4, ["7"]), (.get, "/rest/v1/customers/7/", 4, ["7"]),
    (.patch, "/rest/v1/customers/7/", 5, ["7"]), (.get, "/a/1/b/2", 6, ["1", "2"]),
  ])
  func finds(method: HTTP.Method, path: String, route: Int, parameters: [String]) {
    let (match, found) = match(customers, method, path)
    #expect(match == .found(route))
    #expect(found == parameters)
  }

  @Test(arguments: [
    "", "*", "customers", "//", "//customers", "/customers/", "/customers//", "/Customers", "/customer",
    "/customer/",
    "/customer//", "/customer/5/", "/customer/5/6", "/customers/../customers", "/./customers", "/%63ustomers",
    "/customers%00", "/customers;a=b", "/rest/v1/customers/7//", "/rest/v1/customers//",
    "/rest/v1/customers/",
    "/a/1/b", "/a/1/b/", "/a//b/2", "/a/1/c/2", "/a",
  ])
  func findsNothing(_ path: String) {
    #expect(match(customers, .get, path).0 == .notFound)
  }

  @Test func otherMethodsAreNamed() {
    #expect(
      match(customers, .put, "/customers").0 == .otherMethods(allow: "GET, HEAD, OPTIONS, POST", route: 1))
    #expect(match(customers, .other, "/customer/5").0 == .otherMethods(allow: "GET, HEAD, OPTIONS", route: 3))
    #expect(match(customers, .options, "/").0 == .otherMethods(allow: "GET, HEAD, OPTIONS", route: 0))
    #expect(match(router((.post, "/x")), .head, "/x").0 == .otherMethods(allow: "OPTIONS, POST", route: 0))
    #expect(customers.allMethods == "GET, HEAD, OPTIONS, PATCH, POST")
  }

  @Test func aRouteOfItsOwnGoesBeforeWhatIsAnsweredAlways() {
    let router = router((.get, "/x"), (.head, "/x"), (.options, "/x"))
    #expect(match(router, .head, "/x").0 == .found(1))
    #expect(match(router, .options, "/x").0 == .found(2))
  }

  @Test func aLiteralGoesBeforeAParameter() {
    let router = router((.get, "/i/{id}"), (.get, "/i/all"))
    #expect(match(router, .get, "/i/all").0 == .found(1))
    #expect(match(router, .get, "/i/al").0 == .found(0))
  }

  /// A literal that is only the beginning of longer paths does not hide the parameter beside it.
  @Test func aDeadEndIsLeftAgain() {
    let router = router((.get, "/a/{x}"), (.get, "/a/b/c"), (.get, "/{y}/b/d"))
    #expect(match(router, .get, "/a/b") == (.found(0), ["b"]))
    #expect(match(router, .get, "/a/b/c") == (.found(1), []))
    #expect(match(router, .get, "/a/b/d") == (.found(2), ["a"]))
    #expect(match(router, .get, "/a/b/e").0 == .notFound)
    // What was tried and given up leaves nothing behind.
    #expect(match(router, .get, "/a/b/e").1 == [])
  }

  @Test func noRoutesMatchNothing() {
    #expect(match(Router([]), .get, "/").0 == .notFound)
    #expect(Router([]).allMethods == "OPTIONS")
  }
}
