public import Bytes

/// A JSON document as Swift literals, with its members in the order in which they were written:
///
///     let example: JSONLiteral = ["customer_id": 5, "home_phone": nil, "tags": ["a", "b"]]
public indirect enum JSONLiteral: Equatable, Sendable {
  /// `null`
  case null
  /// `true` or `false`
  case bool(Bool)
  /// A whole number.
  case integer(Int64)
  /// A text.
  case string(String)
  /// The elements of an array.
  case array([JSONLiteral])
  /// The members of an object.
  case object([Member])

  /// A name and its value.
  public struct Member: Equatable, Sendable {
    /// The name.
    public var name: String
    /// The value.
    public var value: JSONLiteral

    /// A member from its parts.
    public init(_ name: String, _ value: JSONLiteral) {
      self.name = name
      self.value = value
    }
  }
}

extension JSONLiteral: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// `null`.
  public init(nilLiteral: ()) { self = .null }
  /// A Boolean.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A whole number.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// An array.
  public init(arrayLiteral elements: JSONLiteral...) { self = .array(elements) }
  /// An object; its members stay in order.
  public init(dictionaryLiteral elements: (String, JSONLiteral)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
}

extension ByteBuffer {
  /// Adds a document without white space.
  public mutating func append(json literal: JSONLiteral) {
    switch literal {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .integer(let value): append(decimal: value)
    case .string(let text): append(jsonString: text)
    case .array(let elements):
      append("[")
      for (index, element) in elements.enumerated() {
        if index > 0 { append(",") }
        append(json: element)
      }
      append("]")
    case .object(let members):
      append("{")
      for (index, member) in members.enumerated() {
        if index > 0 { append(",") }
        append(jsonString: member.name)
        append(":")
        append(json: member.value)
      }
      append("}")
    }
  }
}
