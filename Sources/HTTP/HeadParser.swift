/// Reads a complete head, as ``HeadScanner`` found it, and decides the framing of the message.
///
/// Strict where RFC 9112 leaves a choice, since a lenient reading is what request smuggling lives on: no blank
/// before the colon, no folded fields, one Host, one Content-Length, never beside Transfer-Encoding.
struct HeadParser {
  private let bytes: UnsafeRawBufferPointer
  private let limits: HeadLimits
  private var position = 0
  private var hosts = 0
  private var hasLength = false
  private var isChunked = false
  private var saysClose = false
  private var saysKeepAlive = false

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
    try parser.decide(&head)
  }

  // MARK: The request line

  private mutating func readRequestLine(_ head: inout RequestHead) throws(HeadError) {
    while position < bytes.count, bytes[position] == ASCII.carriageReturn { position += 2 }
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
    // "HTTP/1.x" and CRLF.
    let prefix: StaticString = "http/1."
    guard position + 10 <= bytes.count, peek(8) == ASCII.carriageReturn else {
      throw .malformed("the request line does not end with a version")
    }
    let version = UnsafeRawBufferPointer(rebasing: bytes[position..<position + 7])
    guard ASCII.equalsIgnoringCase(version, prefix), version[0] == UInt8(ascii: "H") else {
      throw HeadError(status: .versionNotSupported, detail: "only HTTP/1.1 and HTTP/1.0 are spoken here")
    }
    let minor = bytes[position + 7]
    guard minor >= 0x30, minor <= 0x39 else { throw .malformed("the version is malformed") }
    head.isHTTP10 = minor == 0x30
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
      guard let origin = originOfAbsoluteForm(target) else {
        throw .malformed("the request target must be a path")
      }
      target = origin
    }
    let text = target.of(bytes)
    let pathLength = text.firstIndex(of: UInt8(ascii: "?")) ?? text.count
    head.path = Span(start: target.start, count: pathLength)
    if pathLength < text.count {
      head.query = Span(start: target.start + pathLength + 1, count: text.count - pathLength - 1)
    }
  }

  private func originOfAbsoluteForm(_ target: Span) -> Span? {
    let scheme: StaticString = "http://"
    guard target.count > scheme.utf8CodeUnitCount else { return nil }
    let start = UnsafeRawBufferPointer(
      rebasing: bytes[target.start..<target.start + scheme.utf8CodeUnitCount])
    guard ASCII.equalsIgnoringCase(start, scheme) else { return nil }
    let authority = target.start + scheme.utf8CodeUnitCount
    let end = target.start + target.count
    guard let slash = bytes[authority..<end].firstIndex(of: ASCII.slash), slash > authority else {
      return nil
    }
    return Span(start: slash, count: end - slash)
  }

  // MARK: Fields

  /// Reads one field; false at the empty line.
  private mutating func readField(_ head: inout RequestHead) throws(HeadError) -> Bool {
    if bytes[position] == ASCII.carriageReturn { return false }
    let name = Span(start: position, count: length { ASCII.isToken($0) })
    guard name.count > 0 else {
      let isFolded = bytes[position] == ASCII.space || bytes[position] == ASCII.tab
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
    try note(field, &head)
    return true
  }

  /// Takes from a field what framing needs.
  private mutating func note(_ field: Field, _ head: inout RequestHead) throws(HeadError) {
    let name = field.name.of(bytes)
    let value = field.value.of(bytes)
    switch name.count {
    case 4 where ASCII.equalsIgnoringCase(name, "host"): hosts += 1
    case 6 where ASCII.equalsIgnoringCase(name, "expect"):
      guard ASCII.equalsIgnoringCase(value, "100-continue") else {
        throw HeadError(status: .expectationFailed, detail: "the only expectation met here is 100-continue")
      }
      head.expectsContinue = true
    case 10 where ASCII.equalsIgnoringCase(name, "connection"): noteConnection(value)
    case 14 where ASCII.equalsIgnoringCase(name, "content-length"):
      if hasLength { throw .malformed("Content-Length is given twice") }
      hasLength = true
      head.body = .length(try contentLength(value))
    case 17 where ASCII.equalsIgnoringCase(name, "transfer-encoding"):
      if isChunked { throw .malformed("Transfer-Encoding is given twice") }
      guard ASCII.equalsIgnoringCase(value, "chunked") else {
        throw HeadError(status: .notImplemented, detail: "the only transfer coding known here is chunked")
      }
      isChunked = true
    default: break
    }
  }

  private mutating func noteConnection(_ value: UnsafeRawBufferPointer) {
    var rest = value[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: ASCII.comma) ?? rest.endIndex
      let span = ASCII.trimmed(Span(start: rest.startIndex, count: end - rest.startIndex), in: value)
      let option = span.of(value)
      if ASCII.equalsIgnoringCase(option, "close") { saysClose = true }
      if ASCII.equalsIgnoringCase(option, "keep-alive") { saysKeepAlive = true }
      rest = end < rest.endIndex ? rest[(end + 1)...] : rest[end...]
    }
  }

  private func contentLength(_ value: UnsafeRawBufferPointer) throws(HeadError) -> Int {
    guard !value.isEmpty, value.count <= 18 else { throw .malformed("Content-Length is no number") }
    var length = 0
    for digit in value {
      guard digit >= 0x30, digit <= 0x39 else { throw .malformed("Content-Length is no number") }
      length = length * 10 + Int(digit - 0x30)
    }
    return length
  }

  private func decide(_ head: inout RequestHead) throws(HeadError) {
    if hosts > 1 { throw .malformed("Host is given twice") }
    if hosts == 0, !head.isHTTP10 { throw .malformed("Host is missing") }
    if isChunked {
      if hasLength { throw .malformed("Content-Length and Transfer-Encoding are both given") }
      if head.isHTTP10 { throw .malformed("HTTP/1.0 knows no Transfer-Encoding") }
      head.body = .chunked
    }
    head.keepsAlive = !saysClose && (!head.isHTTP10 || saysKeepAlive)
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
