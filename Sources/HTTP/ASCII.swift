/// ASCII as HTTP uses it.
enum ASCII {
  static let tab = UInt8(ascii: "\t")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let colon = UInt8(ascii: ":")
  static let slash = UInt8(ascii: "/")
  static let comma = UInt8(ascii: ",")

  /// Letters, digits and ``!#$%&'*+-.^_`|~``: what a `token` of RFC 9110 may hold, a bit per character.
  @inline(__always)
  static func isToken(_ byte: UInt8) -> Bool {
    if byte >= 128 { return false }
    let word: UInt64 = byte < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
    return word >> UInt64(byte & 63) & 1 == 1
  }

  /// What a field value may hold: visible characters, blanks, and bytes beyond ASCII.
  @inline(__always)
  static func isFieldContent(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == tab }

  @inline(__always)
  static func lower(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

  /// Compares with `literal`, which is in lower case, whatever the case of `bytes`.
  @inline(__always)
  static func equalsIgnoringCase(_ bytes: UnsafeRawBufferPointer, _ literal: StaticString) -> Bool {
    guard bytes.count == literal.utf8CodeUnitCount else { return false }
    let other = literal.utf8Start
    for index in 0..<bytes.count where lower(bytes[index]) != other[index] { return false }
    return true
  }

  /// Compares with `literal`, case and all.
  @inline(__always)
  static func equals(_ bytes: UnsafeRawBufferPointer, _ literal: StaticString) -> Bool {
    guard bytes.count == literal.utf8CodeUnitCount else { return false }
    let other = literal.utf8Start
    for index in 0..<bytes.count where bytes[index] != other[index] { return false }
    return true
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  @inline(__always)
  static func isLetter(_ byte: UInt8) -> Bool { lower(byte) >= 0x61 && lower(byte) <= 0x7A }

  static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  static func trimmed(_ span: Span, in bytes: UnsafeRawBufferPointer) -> Span {
    var start = span.start
    var end = span.start + span.count
    while start < end, bytes[start] == space || bytes[start] == tab { start += 1 }
    while end > start, bytes[end - 1] == space || bytes[end - 1] == tab { end -= 1 }
    return Span(start: start, count: end - start)
  }

  /// The elements of a comma-separated list, blanks around them removed.
  static func forEachElement(of value: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
    var start = 0
    while start <= value.count {
      var end = start
      while end < value.count, value[end] != comma { end += 1 }
      body(trimmed(Span(start: start, count: end - start), in: value).of(value))
      start = end + 1
    }
  }
}
