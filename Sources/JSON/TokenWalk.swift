import Glibc

/// A position in the tokens of a document, and what lies there.
///
/// Every token is looked at, whether its value is wanted or not: that is what makes the check complete.
/// Strings are unescaped where they lie, for that never makes them longer; so the bytes must be ours.
struct TokenWalk {
  let bytes: UnsafeMutablePointer<UInt8>
  let length: Int
  let tokens: UnsafePointer<UInt32>
  /// `tokens[count]` is `length`.
  let count: Int
  /// The token that comes next.
  var index = 0
  /// Where the next backslash was found: one search serves all the strings before it.
  private var nextBackslash = -1

  init(
    bytes: UnsafeMutablePointer<UInt8>, length: Int, tokens: UnsafePointer<UInt32>, count: Int
  ) {
    self.bytes = bytes
    self.length = length
    self.tokens = tokens
    self.count = count
  }

  /// The first byte of the next token; 0 behind the last one, for no token that is valid begins with that.
  @inline(__always) var next: UInt8 {
    index < count ? bytes[Int(tokens[index])] : 0
  }

  /// The offset of the next token.
  @inline(__always) var offset: Int { Int(tokens[min(index, count)]) }

  /// Where the next token ends: the white space before the token behind it is left out.
  @inline(__always) func endOfToken() -> Int {
    let start = Int(tokens[index])
    var end = Int(tokens[index &+ 1])
    while end > start, isJSONSpace(bytes[end &- 1]) { end &-= 1 }
    return end
  }

  /// Steps over a structural byte, which must be this one.
  @inline(__always) mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard next == byte else { throw .syntax(offset: offset) }
    index &+= 1
  }

  /// Reads a string, unescaped, and steps over it.
  @inline(__always) mutating func string() throws(JSONError) -> UnsafeRawBufferPointer {
    guard next == TokenWalk.quote else { throw .syntax(offset: offset) }
    let start = offset &+ 1
    let end = endOfToken() &- 1
    guard end >= start, bytes[end] == TokenWalk.quote else { throw .syntax(offset: offset) }
    index &+= 1
    if nextBackslash < end, hasBackslash(start, end) {
      guard let length = unescape(bytes + start, end - start) else { throw .syntax(offset: start) }
      return UnsafeRawBufferPointer(start: bytes + start, count: length)
    }
    return UnsafeRawBufferPointer(start: bytes + start, count: end &- start)
  }

  private mutating func hasBackslash(_ start: Int, _ end: Int) -> Bool {
    if nextBackslash < start {
      let found = memchr(bytes + start, Int32(UInt8(ascii: "\\")), length - start)
      nextBackslash = found.map { $0 - UnsafeMutableRawPointer(bytes) } ?? length
    }
    return nextBackslash < end
  }

  /// Reads the text of a number and steps over it.
  @inline(__always) mutating func number() throws(JSONError) -> UnsafeRawBufferPointer {
    guard index < count else { throw .syntax(offset: offset) }
    let start = offset
    let text = UnsafeRawBufferPointer(start: bytes + start, count: endOfToken() &- start)
    guard isJSONNumber(text) else { throw .syntax(offset: start) }
    index &+= 1
    return text
  }

  /// Reads `true`, `false` or `null`, whichever is asked for, and steps over it.
  @inline(__always) @discardableResult
  mutating func literal(_ word: StaticString) throws(JSONError) -> UnsafeRawBufferPointer {
    guard index < count else { throw .syntax(offset: offset) }
    let start = offset
    let size = word.utf8CodeUnitCount
    guard endOfToken() &- start == size, memcmp(bytes + start, word.utf8Start, size) == 0 else {
      throw .syntax(offset: start)
    }
    index &+= 1
    return UnsafeRawBufferPointer(start: bytes + start, count: size)
  }

  /// Nothing may follow the outermost value.
  func end() throws(JSONError) {
    guard index == count else { throw .syntax(offset: offset) }
  }

  static let quote = UInt8(ascii: "\"")
}

@inline(__always) func isJSONSpace(_ byte: UInt8) -> Bool {
  byte <= 0x20 && (byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09)
}
