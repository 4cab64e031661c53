@testable import JSON

/// RFC 8259 read in the plainest way: one byte after the other, one function a rule. Slow, and so short that it can be
/// believed.
struct PlainJSON {
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0
  /// How deep values lay in each other.
  private(set) var deepest = 0

  private struct Refused: Error {}

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The value, and how deep values lie in each other; nil for what is no JSON in UTF-8.
  static func read(_ bytes: UnsafeRawBufferPointer) -> (value: JSONValue, depth: Int)? {
    guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
    var reader = PlainJSON(Array(bytes))
    guard let value = try? reader.document() else { return nil }
    return (value, reader.deepest)
  }

  private mutating func document() throws(Refused) -> JSONValue {
    let value = try value()
    skipBlanks()
    if position < bytes.count { throw Refused() }
    return value
  }

  private mutating func value() throws(Refused) -> JSONValue {
    skipBlanks()
    switch peek {
    case UInt8(ascii: "{"): return .object(try list("}") { reader throws(Refused) in try reader.member() })
    case UInt8(ascii: "["): return .array(try list("]") { reader throws(Refused) in try reader.value() })
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    default: return .number(try number())
    }
  }

  private mutating func member() throws(Refused) -> JSONMember {
    skipBlanks()
    let name = try string()
    skipBlanks()
    try take(UInt8(ascii: ":"))
    return JSONMember(name: name, value: try value())
  }

  private mutating func list<Element>(
    _ end: Unicode.Scalar, _ element: (inout PlainJSON) throws(Refused) -> Element
  ) throws(Refused) -> [Element] {
    position += 1
    depth += 1
    deepest = max(deepest, depth)
    defer { depth -= 1 }
    var elements: [Element] = []
    skipBlanks()
    if peek == UInt8(ascii: end) {
      position += 1
      return elements
    }
    while true {
      elements.append(try element(&self))
      skipBlanks()
      if peek == UInt8(ascii: end) {
        position += 1
        return elements
      }
      try take(UInt8(ascii: ","))
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(Refused) -> JSONValue {
    for byte in text.utf8 { try take(byte) }
    return value
  }

  private mutating func number() throws(Refused) -> String {
    let start = position
    if peek == UInt8(ascii: "-") { position += 1 }
    if peek == UInt8(ascii: "0") { position += 1 } else { try digits() }
    if peek == UInt8(ascii: ".") {
      position += 1
      try digits()
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      position += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func digits() throws(Refused) {
    let start = position
    while let byte = peek, (0x30...0x39).contains(byte) { position += 1 }
    if position == start { throw Refused() }
  }

  private mutating func string() throws(Refused) -> String {
    try take(UInt8(ascii: "\""))
    // As UTF-16, in which an escape is one unit.
    var units: [UInt16] = []
    var plain: [UInt8] = []
    func flush() {
      units += Array(String(decoding: plain, as: UTF8.self).utf16)
      plain = []
    }
    while let byte = peek, byte != UInt8(ascii: "\"") {
      if byte < 0x20 { throw Refused() }
      position += 1
      if byte == UInt8(ascii: "\\") {
        flush()
        units.append(try escape())
      } else {
        plain.append(byte)
      }
    }
    flush()
    try take(UInt8(ascii: "\""))
    guard let text = String(validating: units, as: UTF16.self) else { throw Refused() }
    return text
  }

  private mutating func escape() throws(Refused) -> UInt16 {
    guard let kind = peek else { throw Refused() }
    position += 1
    if kind == UInt8(ascii: "u") {
      guard position + 4 <= bytes.count else { throw Refused() }
      var unit: UInt16 = 0
      for _ in 0..<4 {
        guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else { throw Refused() }
        unit = unit << 4 | UInt16(digit)
        position += 1
      }
      return unit
    }
    let letters = Array("\"\\/bfnrt".utf8)
    let meanings: [UInt16] = [0x22, 0x5C, 0x2F, 0x08, 0x0C, 0x0A, 0x0D, 0x09]
    guard let index = letters.firstIndex(of: kind) else { throw Refused() }
    return meanings[index]
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) throws(Refused) {
    if peek != byte { throw Refused() }
    position += 1
  }

  private mutating func skipBlanks() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }
}
