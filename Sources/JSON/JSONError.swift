/// Why a text is not the JSON that was asked for.
public enum JSONError: Error, Equatable, Sendable {
  /// The bytes as such are wrong; the name is simdjson's: `UTF8_ERROR`, `UNCLOSED_STRING`, `EMPTY`, …
  case bytes(name: String)
  /// A token that the grammar does not allow there; counted in bytes from the start.
  case syntax(offset: Int)
  /// Arrays and objects lie in each other more deeply than the reader goes.
  case tooDeep
  /// The JSON is fine, but its outermost value is no object.
  case notAnObject
}

extension JSONError: CustomStringConvertible {
  /// What is wrong, in words that fit behind "not JSON: ".
  public var description: String {
    switch self {
    case .bytes(let name): name
    case .syntax(let offset): "unexpected token at byte \(offset)"
    case .tooDeep: "nested too deeply"
    case .notAnObject: "not an object"
    }
  }
}
