internal import Bytes
public import OpenAPI

/// An error as it goes to the client: `application/problem+json` (RFC 9457).
public struct Problem: Error, Sendable {
  /// What is wrong with one field or parameter.
  public struct Fault: Sendable, Equatable {
    /// The name of the field or parameter.
    public let name: String
    /// What is wrong, and what would be right.
    public let detail: String

    /// A fault of the field `name`.
    public init(_ name: String, _ detail: String) {
      self.name = name
      self.detail = detail
    }
  }

  /// What stands in the document beside the members of RFC 9457.
  public enum Form: Sendable, Equatable {
    /// Nothing.
    case plain
    /// `"success":false`, and `message`, which says the same as `detail`: for clients that know no problems.
    case withSuccess
  }

  /// The status of the answer.
  public let status: Status
  /// One sentence for this occurrence; never SQL or a stack.
  public let detail: String
  /// One entry for each field that is wrong.
  public let faults: [Fault]
  /// What else there is to say, behind the members of RFC 9457.
  public let members: [JSONLiteral.Member]
  /// More header fields, such as `Allow` or `Retry-After`.
  public let headers: [Header]

  /// A problem.
  public init(
    _ status: Status, _ detail: String, faults: [Fault] = [], members: [JSONLiteral.Member] = [],
    headers: [Header] = []
  ) {
    self.status = status
    self.detail = detail
    self.faults = faults
    self.members = members
    self.headers = headers
  }

  /// Not at the moment; after so many seconds it may be worth another try.
  public static func unavailable(_ detail: String, retryAfter seconds: Int = 1) -> Problem {
    Problem(.serviceUnavailable, detail, headers: [Header("Retry-After", "\(seconds)")])
  }

  /// Writes the document. `instance` is the request's id, by which the log can be searched.
  func write(to body: inout ByteBuffer, instance: UnsafeRawBufferPointer, _ form: Form = .plain) {
    body.append("{\"type\":\"about:blank\",\"title\":\"")
    body.append(status.reason)
    body.append("\",\"status\":")
    body.append(decimal: Int64(status.code))
    body.append(",\"detail\":")
    body.append(jsonString: detail)
    body.append(",\"instance\":\"urn:request:")
    body.append(instance)
    body.append("\"")
    if !faults.isEmpty {
      body.append(",\"errors\":[")
      for (index, fault) in faults.enumerated() {
        if index > 0 { body.append(",") }
        body.append("{\"name\":")
        body.append(jsonString: fault.name)
        body.append(",\"detail\":")
        body.append(jsonString: fault.detail)
        body.append("}")
      }
      body.append("]")
    }
    for member in members {
      body.append(",")
      body.append(jsonString: member.name)
      body.append(":")
      body.append(json: member.value)
    }
    if form == .withSuccess {
      body.append(",\"success\":false,\"message\":")
      body.append(jsonString: detail)
    }
    body.append("}")
  }
}

/// A header field of a response.
public struct Header: Sendable, Equatable {
  /// The name.
  public let name: StaticString
  /// The value; must hold no control characters.
  public let value: String

  /// A header field.
  public init(_ name: StaticString, _ value: String) {
    self.name = name
    self.value = value
  }

  /// Two fields are the same if names and values are.
  public static func == (left: Header, right: Header) -> Bool {
    "\(left.name)" == "\(right.name)" && left.value == right.value
  }
}
