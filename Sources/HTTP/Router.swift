/// Finds the route of a request, segment by segment, without copying or allocating.
public struct Router: Sendable {
  /// All routes, in the order of their declaration.
  public let routes: [Route]
  /// The tree of segments; the first node is the root.
  private var nodes = [Node()]
  private var endpoints: [Endpoint] = []
  /// What `OPTIONS *` is answered with: all methods that some route has.
  let allMethods: String

  private struct Node: Sendable {
    var literals: [Edge] = []
    var parameter: Int?
    /// What the path that ends here means, without and with a slash behind it.
    var endpoint: Int?
    var slashedEndpoint: Int?
  }

  private struct Edge: Sendable {
    let segment: [UInt8]
    let node: Int
  }

  enum Match: Equatable {
    /// The number of the route.
    case found(Int)
    /// The path is there, for these methods; one of its routes is this one.
    case otherMethods(allow: String, route: Int)
    case notFound
  }

  /// A router over `routes`. Two for the same method and path are a fault of the program.
  public init(_ routes: [Route]) {
    let routes = routes.enumerated().map { $1.numbered($0) }
    self.routes = routes
    allMethods = Endpoint.allow(Set(routes.map(\.method)))
    for (index, route) in routes.enumerated() {
      let node = insert(route.path)
      add(index, to: \.endpoint, of: node)
      if route.ignoresLastSlash { add(index, to: \.slashedEndpoint, of: node) }
    }
  }

  /// The node of `path`, made where it is not there yet.
  private mutating func insert(_ path: String) -> Int {
    var node = 0
    for segment in path.utf8.split(separator: ASCII.slash) {
      if segment.first == UInt8(ascii: "{") {
        node = nodes[node].parameter ?? makeNode { nodes, next in nodes[node].parameter = next }
      } else if let edge = nodes[node].literals.first(where: { $0.segment.elementsEqual(segment) }) {
        node = edge.node
      } else {
        node = makeNode { nodes, next in
          nodes[node].literals.append(Edge(segment: Array(segment), node: next))
        }
      }
    }
    return node
  }

  private mutating func makeNode(_ link: (inout [Node], Int) -> Void) -> Int {
    nodes.append(Node())
    link(&nodes, nodes.count - 1)
    return nodes.count - 1
  }

  private mutating func add(_ route: Int, to key: WritableKeyPath<Node, Int?>, of node: Int) {
    if let endpoint = nodes[node][keyPath: key] {
      endpoints[endpoint].add(route, routes[route].method)
    } else {
      var endpoint = Endpoint()
      endpoint.add(route, routes[route].method)
      endpoints.append(endpoint)
      nodes[node][keyPath: key] = endpoints.count - 1
    }
  }

  /// Finds the route for a path; `parameters` gets where in `bytes` the path's parameters lie.
  func match(
    _ method: Method, _ path: Span, in bytes: UnsafeRawBufferPointer, _ parameters: inout [Span]
  ) -> Match {
    parameters.removeAll(keepingCapacity: true)
    let text = path.of(bytes)
    guard text.first == ASCII.slash, let endpoint = descend(0, path, 0, in: text, &parameters) else {
      return .notFound
    }
    return endpoints[endpoint].match(method)
  }

  /// Follows `text` from `start`, which is a slash or the end; literals go before parameters, and what leads to no
  /// route is given up for what does.
  private func descend(
    _ node: Int, _ path: Span, _ start: Int, in text: UnsafeRawBufferPointer, _ parameters: inout [Span]
  ) -> Int? {
    if start == text.count { return nodes[node].endpoint }
    if start == text.count - 1 {
      return start == 0 ? nodes[node].endpoint : nodes[node].slashedEndpoint
    }
    let from = start + 1
    var end = from
    while end < text.count, text[end] != ASCII.slash { end += 1 }
    if let literal = literal(of: node, UnsafeRawBufferPointer(rebasing: text[from..<end])),
      let found = descend(literal, path, end, in: text, &parameters)
    {
      return found
    }
    guard let next = nodes[node].parameter, end > from else { return nil }
    parameters.append(Span(start: path.start + from, count: end - from))
    if let found = descend(next, path, end, in: text, &parameters) { return found }
    parameters.removeLast()
    return nil
  }

  private func literal(of node: Int, _ segment: UnsafeRawBufferPointer) -> Int? {
    for edge in nodes[node].literals where edge.segment.count == segment.count {
      if edge.segment.withUnsafeBytes({ $0.elementsEqual(segment) }) { return edge.node }
    }
    return nil
  }
}

/// The routes of one path, by method.
private struct Endpoint: Sendable {
  private var routes: [(method: Method, route: Int)] = []
  private var allow = ""

  mutating func add(_ route: Int, _ method: Method) {
    precondition(!routes.contains { $0.method == method }, "two routes have the same method and path")
    routes.append((method, route))
    allow = Self.allow(Set(routes.map(\.method)))
  }

  func match(_ method: Method) -> Router.Match {
    for entry in routes where entry.method == method { return .found(entry.route) }
    if method == .head {
      for entry in routes where entry.method == .get { return .found(entry.route) }
    }
    return .otherMethods(allow: allow, route: routes[0].route)
  }

  /// The value of `Allow` for routes of `methods`. HEAD comes with GET, and OPTIONS is always answered.
  static func allow(_ methods: Set<Method>) -> String {
    var methods = methods.union([.options])
    if methods.contains(.get) { methods.insert(.head) }
    return methods.map(\.rawValue).sorted().joined(separator: ", ")
  }
}
