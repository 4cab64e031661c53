/// Answers one request. The writer must be used up, or an error thrown.
public typealias Handler = @Sendable (Request, consuming ResponseWriter) async throws -> Void

/// A route: said once here, and served, documented and measured from it.
public struct Route: Sendable {
  /// Who may ask.
  public enum Access: Sendable, Equatable {
    /// Everybody.
    case open
    /// Holders of a key.
    case key
  }

  /// The method. GET serves HEAD as well.
  public let method: Method
  /// The path, with parameters in braces: `/customer/{id}`.
  public let path: String
  /// Who may ask.
  public let access: Access
  /// Bytes of body that are taken in before the handler runs; 0 where none is expected.
  public let bodyLimit: Int
  /// True where the path means the same with a slash at its end.
  public let ignoresLastSlash: Bool
  /// True where the answer can be large, so that it is refused while slow readers hold too much memory.
  public let isBulk: Bool
  let handler: Handler

  /// A route.
  public init(
    _ method: Method, _ path: String, access: Access = .key, bodyLimit: Int = 0,
    ignoresLastSlash: Bool = false,
    isBulk: Bool = false, handler: @escaping Handler
  ) {
    self.method = method
    self.path = path
    self.access = access
    self.bodyLimit = bodyLimit
    self.ignoresLastSlash = ignoresLastSlash
    self.isBulk = isBulk
    self.handler = handler
  }
}

/// Finds the route of a request, segment by segment, without copying.
public struct Router: Sendable {
  /// All routes, in the order of their declaration.
  public let routes: [Route]
  private var root = Node()

  private struct Node: Sendable {
    var literals: [(segment: [UInt8], node: Node)] = []
    /// A box, since a struct cannot hold itself.
    var parameter: [Node] = []
    /// Indices of routes that end here.
    var routes: [Int] = []
  }

  enum Match {
    case found(Int, parameters: [Span])
    case methodNotAllowed(allow: String)
    case notFound
  }

  /// A router over `routes`.
  public init(_ routes: [Route]) {
    self.routes = routes
    for (index, route) in routes.enumerated() {
      let segments = route.path.utf8.split(separator: ASCII.slash).map { Array($0) }
      Self.insert(index, segments[...], into: &root)
    }
  }

  private static func insert(_ route: Int, _ segments: ArraySlice<[UInt8]>, into node: inout Node) {
    guard let segment = segments.first else {
      node.routes.append(route)
      return
    }
    if segment.first == UInt8(ascii: "{") {
      if node.parameter.isEmpty { node.parameter.append(Node()) }
      insert(route, segments.dropFirst(), into: &node.parameter[0])
    } else if let index = node.literals.firstIndex(where: { $0.segment == segment }) {
      insert(route, segments.dropFirst(), into: &node.literals[index].node)
    } else {
      var next = Node()
      insert(route, segments.dropFirst(), into: &next)
      node.literals.append((segment, next))
    }
  }

  func match(_ method: Method, _ path: Span, in bytes: UnsafeRawBufferPointer) -> Match {
    var parameters: [Span] = []
    let text = path.of(bytes)
    let hasLastSlash = text.count > 1 && text.last == ASCII.slash
    guard text.first == ASCII.slash, let node = descend(root, path, 0, in: text, &parameters) else {
      return .notFound
    }
    let candidates = node.routes.filter { !hasLastSlash || routes[$0].ignoresLastSlash }
    if candidates.isEmpty { return .notFound }
    let wanted = method == .head ? .get : method
    if let route = candidates.first(where: { routes[$0].method == wanted }) {
      return .found(route, parameters: parameters)
    }
    var allowed = Set(candidates.map { routes[$0].method.rawValue })
    if allowed.contains("GET") { allowed.insert("HEAD") }
    return .methodNotAllowed(allow: allowed.sorted().joined(separator: ", "))
  }

  /// Follows `text` from `start`, which is a slash or the end; literals go before parameters.
  private func descend(
    _ node: Node, _ path: Span, _ start: Int, in text: UnsafeRawBufferPointer, _ parameters: inout [Span]
  ) -> Node? {
    // The end, or the last slash.
    if start >= text.count - 1 { return node }
    let from = start + 1
    let end = text[from...].firstIndex(of: ASCII.slash) ?? text.count
    let segment = UnsafeRawBufferPointer(rebasing: text[from..<end])
    for literal in node.literals where segment.count == literal.segment.count {
      if segment.elementsEqual(literal.segment),
        let found = descend(literal.node, path, end, in: text, &parameters)
      {
        return found
      }
    }
    guard let next = node.parameter.first, !segment.isEmpty else { return nil }
    parameters.append(Span(start: path.start + from, count: segment.count))
    if let found = descend(next, path, end, in: text, &parameters) { return found }
    parameters.removeLast()
    return nil
  }
}
