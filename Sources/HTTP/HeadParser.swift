/// Reads a complete head, as ``HeadScanner`` found it.
///
/// Strict where RFC 9112 leaves a choice, since a lenient reading is what request smuggling lives on: no blank
/// before the colon, no folded fields, no bare CR; ``Framing`` is as strict on what the fields say.
struct HeadParser {
  private let bytes: UnsafeRawBufferPointer
  private let limits: HeadLimits
  private var position = 0
  private var framing = Framing()

  private init(_ bytes: UnsafeRawBufferPointer, _ limits: HeadLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  static func parse(_ bytes: UnsafeRawBufferPointer, _ limits: HeadLimits, into head: inout RequestHead)
    throws(HeadError)
  {
    head.reset()
    var parser = HeadParser(bytes, limits)
    try parser.readRequestLine(&head)
    while try parser.readField(&head) {}
    try parser.framing.decide(&head)
  }

  // MARK: The request line

  private mutating func readRequestLine(_ head: inout RequestHead) throws(HeadError) {
    // The empty line that the scanner lets through.
    if peek(0) == ASCII.carriageReturn, peek(1) == ASCII.lineFeed { position += 2 }
    let method = Span(start: position, count: length { ASCII.isToken($0) })
    guard method.count > 0, peek(method.count) == ASCII.space else {
      throw .malformed("the method is malformed")
    }
    head.method = Method(method.of(bytes))
    position += method.count + 1
    let target = Span(start: position, count: length { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") })
    guard target.count > 0, peek(target.count) == ASCII.space else {
      throw .malformed("the request target is malformed")
    }
    position += target.count + 1
    try readVersion(&head)
    try split(target, &head)
  }

  private mutating func readVersion(_ head: inout RequestHead) throws(HeadError) {
    // "HTTP/", a digit, a dot, a digit, and CRLF.
    guard position + 10 <= bytes.count, peek(8) == ASCII.carriageReturn, peek(9) == ASCII.lineFeed,
      ASCII.equals(UnsafeRawBufferPointer(rebasing: bytes[position..<position + 5]), "HTTP/"),
      ASCII.isDigit(peek(5)), peek(6) == UInt8(ascii: "."), ASCII.isDigit(peek(7))
    else { throw .malformed("the request line does not end with a version, such as HTTP/1.1") }
    guard peek(5) == UInt8(ascii: "1") else {
      throw HeadError(status: .versionNotSupported, detail: "only HTTP/1.1 and HTTP/1.0 are spoken here")
    }
    head.isHTTP10 = peek(7) == UInt8(ascii: "0")
    position += 10
  }

  /// Splits an origin form, or the origin part of an absolute form, into path and query.
  private func split(_ target: Span, _ head: inout RequestHead) throws(HeadError) {
    var target = target
    if bytes[target.start] != ASCII.slash {
      if head.method == .options, target.count == 1, bytes[target.start] == UInt8(ascii: "*") {
        head.path = target
        return
      }
      guard let authority = AbsoluteForm.authority(of: target, in: bytes) else {
        throw .malformed("the request target must be a path")
      }
      let end = target.start + target.count
      target = Span(start: authority.start + authority.count, count: end - authority.start - authority.count)
      if target.count == 0 || bytes[target.start] != ASCII.slash {
        // Without a path it is "/", and there is one at the end of "http://".
        head.path = Span(start: authority.start - 1, count: 1)
        if target.count > 0 { head.query = Span(start: target.start + 1, count: target.count - 1) }
        return
      }
    }
    let text = target.of(bytes)
    let pathLength = text.firstIndex(of: UInt8(ascii: "?")) ?? text.count
    head.path = Span(start: target.start, count: pathLength)
    if pathLength < text.count {
      head.query = Span(start: target.start + pathLength + 1, count: text.count - pathLength - 1)
    }
  }

  // MARK: Fields

  /// Reads one field; false at the empty line.
  private mutating func readField(_ head: inout RequestHead) throws(HeadError) -> Bool {
    if peek(0) == ASCII.carriageReturn {
      // The scanner ends the head at its first empty line, so this CR is either there or stands bare.
      guard peek(1) == ASCII.lineFeed, position + 2 == bytes.count else {
        throw .malformed("a CR stands alone")
      }
      return false
    }
    let name = Span(start: position, count: length { ASCII.isToken($0) })
    guard name.count > 0 else {
      let isFolded = peek(0) == ASCII.space || peek(0) == ASCII.tab
      throw .malformed(isFolded ? "a header field is folded over two lines" : "a header field has no name")
    }
    guard peek(name.count) == ASCII.colon else {
      throw .malformed("a header field's name is not followed by a colon")
    }
    position += name.count + 1
    let raw = Span(start: position, count: length { ASCII.isFieldContent($0) })
    guard peek(raw.count) == ASCII.carriageReturn, peek(raw.count + 1) == ASCII.lineFeed else {
      throw .malformed("a header field's value holds a control character")
    }
    position += raw.count + 2
    let field = Field(name: name, value: ASCII.trimmed(raw, in: bytes))
    guard head.fields.count < limits.fields else {
      throw HeadError(
        status: .headerFieldsTooLarge, detail: "there are more than \(limits.fields) header fields")
    }
    head.fields.append(field)
    try framing.note(field.name.of(bytes), field.value.of(bytes))
    return true
  }

  // MARK: Bytes

  @inline(__always)
  private func length(while accepted: (UInt8) -> Bool) -> Int {
    var end = position
    while end < bytes.count, accepted(bytes[end]) { end += 1 }
    return end - position
  }

  @inline(__always)
  private func peek(_ offset: Int) -> UInt8 { position + offset < bytes.count ? bytes[position + offset] : 0 }
}
