// The phrases are the documentation of the statuses.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// A response status with its reason phrase.
public struct Status: Sendable, Equatable {
  /// Three digits.
  public let code: Int
  /// The standard phrase (RFC 9110).
  public let reason: StaticString

  /// Two statuses are the same if their codes are.
  public static func == (left: Status, right: Status) -> Bool { left.code == right.code }

  public static let ok = Status(code: 200, reason: "OK")
  public static let created = Status(code: 201, reason: "Created")
  public static let noContent = Status(code: 204, reason: "No Content")
  public static let badRequest = Status(code: 400, reason: "Bad Request")
  public static let unauthorized = Status(code: 401, reason: "Unauthorized")
  public static let notFound = Status(code: 404, reason: "Not Found")
  public static let methodNotAllowed = Status(code: 405, reason: "Method Not Allowed")
  public static let requestTimeout = Status(code: 408, reason: "Request Timeout")
  public static let conflict = Status(code: 409, reason: "Conflict")
  public static let lengthRequired = Status(code: 411, reason: "Length Required")
  public static let contentTooLarge = Status(code: 413, reason: "Content Too Large")
  public static let uriTooLong = Status(code: 414, reason: "URI Too Long")
  public static let unsupportedMediaType = Status(code: 415, reason: "Unsupported Media Type")
  public static let expectationFailed = Status(code: 417, reason: "Expectation Failed")
  public static let unprocessableContent = Status(code: 422, reason: "Unprocessable Content")
  public static let headerFieldsTooLarge = Status(code: 431, reason: "Request Header Fields Too Large")
  public static let internalServerError = Status(code: 500, reason: "Internal Server Error")
  public static let notImplemented = Status(code: 501, reason: "Not Implemented")
  public static let badGateway = Status(code: 502, reason: "Bad Gateway")
  public static let serviceUnavailable = Status(code: 503, reason: "Service Unavailable")
  public static let gatewayTimeout = Status(code: 504, reason: "Gateway Timeout")
  public static let versionNotSupported = Status(code: 505, reason: "HTTP Version Not Supported")
}
