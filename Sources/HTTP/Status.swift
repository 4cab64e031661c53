// The phrases are the documentation of the statuses.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// A response status with its reason phrase.
public struct Status: Sendable, Equatable {
  /// Three digits.
  public let code: Int
  /// The standard phrase (RFC 9110).
  public let reason: StaticString

  /// True where the answer ends with its head, whatever that says (RFC 9112, 6.3).
  var forbidsBody: Bool { code < 200 || code == 204 || code == 304 }

  /// Two statuses are the same if their codes are.
  public static func == (left: Status, right: Status) -> Bool { left.code == right.code }

  /// The request was done.
  public static let ok = Status(code: 200, reason: "OK")
  /// Something new is there now.
  public static let created = Status(code: 201, reason: "Created")
  /// Done, and there is nothing to say.
  public static let noContent = Status(code: 204, reason: "No Content")
  /// The client has what it asks for already.
  public static let notModified = Status(code: 304, reason: "Not Modified")
  /// The request cannot be understood.
  public static let badRequest = Status(code: 400, reason: "Bad Request")
  /// A key is missing or wrong.
  public static let unauthorized = Status(code: 401, reason: "Unauthorized")
  /// There is nothing at this path.
  public static let notFound = Status(code: 404, reason: "Not Found")
  /// The path is there but not for this method; goes with `Allow`.
  public static let methodNotAllowed = Status(code: 405, reason: "Method Not Allowed")
  /// The request did not arrive in time.
  public static let requestTimeout = Status(code: 408, reason: "Request Timeout")
  /// The state of things does not allow it.
  public static let conflict = Status(code: 409, reason: "Conflict")
  /// A body is needed, and its length.
  public static let lengthRequired = Status(code: 411, reason: "Length Required")
  /// The state is another one than the request is made for.
  public static let preconditionFailed = Status(code: 412, reason: "Precondition Failed")
  /// The body is longer than its route takes.
  public static let contentTooLarge = Status(code: 413, reason: "Content Too Large")
  /// The request line is too long.
  public static let uriTooLong = Status(code: 414, reason: "URI Too Long")
  /// The body is of a type that its route does not read.
  public static let unsupportedMediaType = Status(code: 415, reason: "Unsupported Media Type")
  /// `Expect` asks for what is not done here.
  public static let expectationFailed = Status(code: 417, reason: "Expectation Failed")
  /// The body is well-formed but its fields are wrong.
  public static let unprocessableContent = Status(code: 422, reason: "Unprocessable Content")
  /// The header fields are too many or too long.
  public static let headerFieldsTooLarge = Status(code: 431, reason: "Request Header Fields Too Large")
  /// A fault of ours.
  public static let internalServerError = Status(code: 500, reason: "Internal Server Error")
  /// The request needs what this server cannot do.
  public static let notImplemented = Status(code: 501, reason: "Not Implemented")
  /// A server behind us answered wrongly.
  public static let badGateway = Status(code: 502, reason: "Bad Gateway")
  /// Not now; goes with `Retry-After`.
  public static let serviceUnavailable = Status(code: 503, reason: "Service Unavailable")
  /// A server behind us did not answer in time.
  public static let gatewayTimeout = Status(code: 504, reason: "Gateway Timeout")
  /// Another major version of HTTP.
  public static let versionNotSupported = Status(code: 505, reason: "HTTP Version Not Supported")
}
