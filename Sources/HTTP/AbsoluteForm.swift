/// A request target that names scheme and host, as clients send it to a proxy: `http://host:80/path`.
enum AbsoluteForm {
  /// Where the authority of `target` lies; nil if it is no absolute form with a well-formed one.
  static func authority(of target: Span, in bytes: UnsafeRawBufferPointer) -> Span? {
    let text = target.of(bytes)
    guard let scheme = schemeLength(text) else { return nil }
    var end = scheme
    while end < text.count, text[end] != ASCII.slash, text[end] != UInt8(ascii: "?") { end += 1 }
    let authority = Span(start: target.start + scheme, count: end - scheme)
    return authority.count > 0 && isHost(authority.of(bytes)) ? authority : nil
  }

  private static func schemeLength(_ text: UnsafeRawBufferPointer) -> Int? {
    if starts(text, "http://") { return 7 }
    if starts(text, "https://") { return 8 }
    return nil
  }

  private static func starts(_ text: UnsafeRawBufferPointer, _ scheme: StaticString) -> Bool {
    let length = scheme.utf8CodeUnitCount
    return text.count > length
      && ASCII.equalsIgnoringCase(UnsafeRawBufferPointer(rebasing: text[..<length]), scheme)
  }

  /// True for what `Host` may say: a name or address and perhaps a port (RFC 9110, 7.2). Two hosts with a comma
  /// between, a path or a user's name are none.
  static func isHost(_ text: UnsafeRawBufferPointer) -> Bool { text.allSatisfy(isHostByte) }

  /// Letters, digits and ``-._~%!$&'()*+;=:[]``, a bit per character.
  @inline(__always)
  private static func isHostByte(_ byte: UInt8) -> Bool {
    if byte >= 128 { return false }
    let word: UInt64 = byte < 64 ? 0x2FFF_6FF2_0000_0000 : 0x47FF_FFFE_AFFF_FFFE
    return word >> UInt64(byte & 63) & 1 == 1
  }
}
