public import OpenAPI

/// Answers one request. The writer must be used up, or an error thrown.
public typealias Handler = @Sendable (Request, consuming ResponseWriter) async throws -> Void

/// Answers one request whose body it takes piece by piece. What the body throws is thrown on.
public typealias StreamingHandler =
  @Sendable (Request, consuming RequestBody, consuming ResponseWriter) async throws -> Void

/// A route: said once here, and served, documented and measured from it.
///
/// An object, since each request passes one around: what it tells its readers is more than a request should copy.
public final class Route: Sendable {
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
  /// Bytes of body that are taken in before the handler runs, or that a streaming handler may take; 0 where none is
  /// expected.
  public let bodyLimit: Int
  /// True where the path means the same with a slash at its end.
  public let ignoresLastSlash: Bool
  /// True where the answer can be large, so that it is refused while slow readers hold too much memory.
  public let isBulk: Bool
  /// True where there is nothing to do without a body: a request that has none, not even an empty one, gets 411.
  public let needsBody: Bool
  /// How its errors are written.
  public let problems: Problem.Form
  /// What it takes and gives, for those who call it; nil where nobody is told.
  public let operation: Operation?
  /// Its place among the router's routes, by which it is counted.
  public let number: Int
  let handling: Handling

  enum Handling: Sendable {
    case whole(Handler)
    case streamed(StreamingHandler)
  }

  /// A route.
  public convenience init(
    _ method: Method, _ path: String, access: Access = .key, bodyLimit: Int = 0,
    ignoresLastSlash: Bool = false,
    isBulk: Bool = false, problems: Problem.Form = .plain, operation: Operation? = nil,
    handler: @escaping Handler
  ) {
    self.init(
      method, path, access: access, bodyLimit: bodyLimit, ignoresLastSlash: ignoresLastSlash, isBulk: isBulk,
      problems: problems, operation: operation, handling: .whole(handler))
  }

  /// A route whose handler takes the body piece by piece, up to `bodyLimit` bytes.
  public convenience init(
    _ method: Method, _ path: String, access: Access = .key, streaming bodyLimit: Int,
    ignoresLastSlash: Bool = false, problems: Problem.Form = .plain, operation: Operation? = nil,
    handler: @escaping StreamingHandler
  ) {
    self.init(
      method, path, access: access, bodyLimit: bodyLimit, ignoresLastSlash: ignoresLastSlash, isBulk: false,
      problems: problems, operation: operation, handling: .streamed(handler))
  }

  private init(
    _ method: Method, _ path: String, access: Access, bodyLimit: Int, ignoresLastSlash: Bool, isBulk: Bool,
    problems: Problem.Form, operation: Operation?, handling: Handling, number: Int = 0
  ) {
    self.method = method
    self.path = path
    self.access = access
    self.bodyLimit = bodyLimit
    self.ignoresLastSlash = ignoresLastSlash
    self.isBulk = isBulk
    needsBody = operation?.body?.isRequired ?? false
    self.problems = problems
    self.operation = operation
    self.handling = handling
    self.number = number
  }

  /// The same route at place `number` of a router.
  func numbered(_ number: Int) -> Route {
    Route(
      method, path, access: access, bodyLimit: bodyLimit, ignoresLastSlash: ignoresLastSlash, isBulk: isBulk,
      problems: problems, operation: operation, handling: handling, number: number)
  }
}
