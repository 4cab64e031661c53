extension TokenWalk {
  /// How deep values may lie in each other: as many as there are bits to note what they are.
  static let maximumDepth = 64

  /// Steps over one value of any kind, checking all of it.
  ///
  /// The containers that are open are kept as bits, 1 for an object, so that hostile nesting costs no stack.
  mutating func skipValue() throws(JSONError) {
    var objects: UInt64 = 0
    var depth = 0
    while true {
      // A value begins here.
      let first = next
      if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
        let isObject = first == UInt8(ascii: "{")
        guard depth < Self.maximumDepth else { throw .tooDeep }
        index += 1
        if next == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
          index += 1
        } else {
          depth += 1
          objects = objects << 1 | (isObject ? 1 : 0)
          if isObject { try key() }
          continue
        }
      } else {
        try scalar()
      }
      // A value has ended: what follows belongs to the containers around it.
      while depth > 0 {
        let isObject = objects & 1 == 1
        if next == UInt8(ascii: ",") {
          index += 1
          if isObject { try key() }
          break
        }
        try expect(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        depth -= 1
        objects >>= 1
      }
      if depth == 0 { return }
    }
  }

  private mutating func key() throws(JSONError) {
    _ = try string()
    try expect(UInt8(ascii: ":"))
  }

  private mutating func scalar() throws(JSONError) {
    switch next {
    case TokenWalk.quote: _ = try string()
    case UInt8(ascii: "n"): try literal("null")
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    default: _ = try number()
    }
  }
}
