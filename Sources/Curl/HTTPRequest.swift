/// A request to an HTTP server.
public struct HTTPRequest: Sendable {
  /// What is asked for.
  public enum Method: Sendable {
    case get, post
  }

  /// What is asked for.
  public var method: Method
  /// The whole address, with its query.
  public var url: String
  /// Names and values as they go over the wire.
  public var headers: [(name: String, value: String)]
  /// What a POST sends; may be empty.
  public var body: [UInt8]
  /// A response with a larger body is an error.
  public var maximumBytes: Int
  /// Headers of the response that the caller wants to see.
  public var wantedHeaders: [String]

  /// A request from its parts.
  public init(
    _ method: Method, _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
    maximumBytes: Int = 1 << 20, wantedHeaders: [String] = []
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.maximumBytes = maximumBytes
    self.wantedHeaders = wantedHeaders
  }
}

/// What came back; the body is in the buffer that was given with the request.
public struct HTTPResponse: Sendable {
  /// The status code, such as 200.
  public let status: Int
  /// The wanted headers that were there.
  public let headers: [String: String]
}
