import Bytes

/// Reads small documents whose outermost value is an object, such as the body of a request.
public enum JSONObject {
  /// How deep values may lie in each other.
  public static let maximumDepth = 32

  /// The members of the object, in order, doubled names included. The bytes stay as they are.
  public static func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> [JSONMember] {
    // A copy, because strings are unescaped in place.
    var copy = ByteBuffer(capacity: bytes.count)
    copy.append(bytes)
    return try copy.withMutableBytes { bytes throws(JSONError) in
      let index = TokenIndex()
      var walk = try index.walk(bytes)
      let value = try walk.value(depth: 0)
      try walk.end()
      guard case .object(let members) = value else { throw .notAnObject }
      return members
    }
  }
}

extension TokenWalk {
  /// Reads one value of any kind.
  mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    switch next {
    case UInt8(ascii: "{"): return .object(try members(depth: depth + 1))
    case UInt8(ascii: "["): return .array(try elements(depth: depth + 1))
    case TokenWalk.quote: return .string(try text())
    case UInt8(ascii: "n"):
      try literal("null")
      return .null
    case UInt8(ascii: "t"):
      try literal("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try literal("false")
      return .bool(false)
    default: return .number(String(decoding: try number(), as: UTF8.self))
    }
  }

  private mutating func text() throws(JSONError) -> String {
    String(decoding: try string(), as: UTF8.self)
  }

  private mutating func members(depth: Int) throws(JSONError) -> [JSONMember] {
    guard depth <= JSONObject.maximumDepth else { throw .tooDeep }
    index += 1
    var members: [JSONMember] = []
    if next == UInt8(ascii: "}") {
      index += 1
      return members
    }
    while true {
      let name = try text()
      try expect(UInt8(ascii: ":"))
      members.append(JSONMember(name: name, value: try value(depth: depth)))
      if next != UInt8(ascii: ",") { break }
      index += 1
    }
    try expect(UInt8(ascii: "}"))
    return members
  }

  private mutating func elements(depth: Int) throws(JSONError) -> [JSONValue] {
    guard depth <= JSONObject.maximumDepth else { throw .tooDeep }
    index += 1
    var elements: [JSONValue] = []
    if next == UInt8(ascii: "]") {
      index += 1
      return elements
    }
    while true {
      elements.append(try value(depth: depth))
      if next != UInt8(ascii: ",") { break }
      index += 1
    }
    try expect(UInt8(ascii: "]"))
    return elements
  }
}
