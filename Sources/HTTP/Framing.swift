/// What a request's header fields say about where the message ends and whether another may follow.
///
/// Whatever two servers in a row could read in two ways is refused: one Host, one Content-Length in digits alone,
/// never beside Transfer-Encoding, and no coding but `chunked`, once.
struct Framing {
  private var hosts = 0
  private var length: Int?
  private var isChunked = false
  private var saysClose = false
  private var saysKeepAlive = false
  private var expectsContinue = false
  private var expectsMore = false

  /// Takes from a field what matters here.
  mutating func note(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(HeadError) {
    switch name.count {
    case 4 where ASCII.equalsIgnoringCase(name, "host"):
      if hosts > 0 { throw .malformed("Host is given twice") }
      guard AbsoluteForm.isHost(value) else { throw .malformed("Host is malformed") }
      hosts += 1
    case 6 where ASCII.equalsIgnoringCase(name, "expect"):
      if ASCII.equalsIgnoringCase(value, "100-continue") {
        expectsContinue = true
      } else {
        expectsMore = true
      }
    case 10 where ASCII.equalsIgnoringCase(name, "connection"): noteConnection(value)
    case 14 where ASCII.equalsIgnoringCase(name, "content-length"):
      if length != nil { throw .malformed("Content-Length is given twice") }
      length = try Self.contentLength(value)
    case 17 where ASCII.equalsIgnoringCase(name, "transfer-encoding"):
      if isChunked { throw .malformed("Transfer-Encoding is given twice") }
      try Self.checkCodings(value)
      isChunked = true
    default: break
    }
  }

  /// Writes into `head` what all fields together say.
  func decide(_ head: inout RequestHead) throws(HeadError) {
    if hosts == 0, !head.isHTTP10 { throw .malformed("Host is missing") }
    if isChunked {
      if length != nil { throw .malformed("Content-Length and Transfer-Encoding are both given") }
      if head.isHTTP10 { throw .malformed("HTTP/1.0 knows no Transfer-Encoding") }
      head.body = .chunked
    } else if let length {
      head.body = .length(length)
    }
    head.keepsAlive = !saysClose && (!head.isHTTP10 || saysKeepAlive)
    // RFC 9110, 10.1.1: an expectation in HTTP/1.0 means nothing.
    if head.isHTTP10 { return }
    if expectsMore {
      throw HeadError(status: .expectationFailed, detail: "the only expectation met here is 100-continue")
    }
    head.expectsContinue = expectsContinue
  }

  private mutating func noteConnection(_ value: UnsafeRawBufferPointer) {
    ASCII.forEachElement(of: value) { option in
      if ASCII.equalsIgnoringCase(option, "close") { saysClose = true }
      if ASCII.equalsIgnoringCase(option, "keep-alive") { saysKeepAlive = true }
    }
  }

  private static func contentLength(_ value: UnsafeRawBufferPointer) throws(HeadError) -> Int {
    guard !value.isEmpty, value.allSatisfy(ASCII.isDigit) else {
      throw .malformed("Content-Length is no number")
    }
    var length = 0
    for digit in value {
      // Far beyond any limit, and still far from an overflow.
      if length >= 1 << 56 {
        throw HeadError(status: .contentTooLarge, detail: "Content-Length is too large")
      }
      length = length * 10 + Int(digit - 0x30)
    }
    return length
  }

  /// RFC 9112, 6.1 and 6.3: a message that does not end with the chunked coding has no end (400); one that has
  /// other codings below it cannot be read here (501).
  private static func checkCodings(_ value: UnsafeRawBufferPointer) throws(HeadError) {
    var count = 0
    var chunked = 0
    var endsChunked = false
    var hasGap = false
    ASCII.forEachElement(of: value) { coding in
      count += 1
      endsChunked = ASCII.equalsIgnoringCase(coding, "chunked")
      if endsChunked { chunked += 1 }
      if coding.isEmpty { hasGap = true }
    }
    guard endsChunked, !hasGap else { throw .malformed("Transfer-Encoding does not end with chunked") }
    guard chunked == 1 else { throw .malformed("Transfer-Encoding is chunked more than once") }
    guard count == 1 else {
      throw HeadError(status: .notImplemented, detail: "the only transfer coding known here is chunked")
    }
  }
}
