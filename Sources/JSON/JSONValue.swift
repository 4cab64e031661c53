/// A JSON value as it was written: numbers stay text, so that `1`, `1.0`, `1e0` and a number beyond 64 bits can
/// still be told apart; members stay in order, doubled names included.
public indirect enum JSONValue: Equatable, Sendable {
  /// `null`
  case null
  /// `true` or `false`
  case bool(Bool)
  /// The text of a number, which the grammar allows but nobody has read yet.
  case number(String)
  /// A string without its escapes.
  case string(String)
  /// The elements of an array.
  case array([JSONValue])
  /// The members of an object.
  case object([JSONMember])
}

/// One name and value of an object.
public struct JSONMember: Equatable, Sendable {
  /// The name, without escapes.
  public var name: String
  /// What stands behind the colon.
  public var value: JSONValue

  /// A member from its parts.
  public init(name: String, value: JSONValue) {
    self.name = name
    self.value = value
  }
}
