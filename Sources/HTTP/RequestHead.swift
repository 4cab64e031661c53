/// A run of bytes in the head of a request, by its place, so that it stays valid when the head moves.
struct Span: Equatable {
  var start: Int
  var count: Int
  static let none = Span(start: 0, count: 0)

  @inline(__always)
  func of(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
  }
}

/// A header field: where its name and value lie.
struct Field {
  var name: Span
  var value: Span
}

/// What a request line and its header fields say, with all that framing needs already decided.
struct RequestHead {
  /// How long the body is.
  enum Body: Equatable {
    case none
    case length(Int)
    case chunked

    /// Its bytes; nil where only the end tells.
    var length: Int? {
      switch self {
      case .none: 0
      case .length(let length): length
      case .chunked: nil
      }
    }
  }

  var method = Method.other
  var path = Span.none
  var query = Span.none
  var isHTTP10 = false
  var keepsAlive = true
  var body = Body.none
  var expectsContinue = false
  var fields: [Field] = []

  /// Ready for the next request, with the memory of the fields kept.
  mutating func reset() {
    method = .other
    path = .none
    query = .none
    isHTTP10 = false
    keepsAlive = true
    body = .none
    expectsContinue = false
    fields.removeAll(keepingCapacity: true)
  }
}

/// Why a head was refused. What follows on the connection cannot be trusted, so it is closed.
struct HeadError: Error, Equatable {
  let status: Status
  let detail: String
  var headers: [Header] = []

  /// What the client is told.
  var problem: Problem { Problem(status, detail, headers: headers) }

  static func malformed(_ detail: String) -> HeadError { HeadError(status: .badRequest, detail: detail) }

  static func late(_ what: String) -> HeadError {
    HeadError(status: .requestTimeout, detail: "\(what) did not arrive in time")
  }

  static let stopping = HeadError(
    status: .serviceUnavailable,
    detail: "the server is stopping, and the body has not come to its end; try again",
    headers: [Header("Retry-After", "1")])
}

/// Limits of a head.
public struct HeadLimits: Sendable {
  /// Bytes of the request line; beyond them 414.
  public var requestLine = 8 * 1024
  /// Bytes of the whole head; beyond them 431.
  public var head = 16 * 1024
  /// Header fields; beyond them 431.
  public var fields = 100

  /// The defaults.
  public init() {}
}
