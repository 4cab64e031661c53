import Testing

@testable import HTTP

/// What must not be understood, since two servers in a row could understand different things.
@Suite struct RefusalTests {
  struct Case: CustomTestStringConvertible {
    let status: Int
    let text: String
    init(_ status: Int, _ text: String) {
      self.status = status
      self.text = text
    }
    var testDescription: String { "\(status) \(text.debugDescription)" }
  }

  static let requestLines: [Case] = [
    Case(400, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\nHost: a\n\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\n\r\n"),
    Case(400, "GET / HTTP/1.1\rHost: a\r\n\r\n"),
    Case(400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
    Case(400, "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET\u{0B}/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET / HTTP/1.1 HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "G\0T / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET:/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET\r\nHost: a\r\n\r\n"),
    Case(400, "GET /\r\n\r\n"),
    Case(400, "GET / \r\nHost: a\r\n\r\n"),
    Case(400, "\u{16}\u{03}\u{01}\u{02}\0\u{01}\0\r\n\r\n"),
    // Versions.
    Case(400, "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
    Case(400, "GET / HTTP/01.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET / HTTP/1,1\r\nHost: a\r\n\r\n"),
    Case(400, "GET / HTTP/1.\r\nHost: a\r\n\r\n"),
    Case(400, "GET / HTTP/1\r\nHost: a\r\n\r\n"),
    Case(400, "GET / HTTP/1.x\r\nHost: a\r\n\r\n"),
    Case(400, "GET / http/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET / HtTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET / XTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET / ICY/1.1\r\nHost: a\r\n\r\n"),
    Case(505, "GET / HTTP/0.9\r\nHost: a\r\n\r\n"),
    Case(505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
    Case(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  ]

  static let targets: [Case] = [
    Case(400, "GET customers HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET ?a HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "OPTIONS ** HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET /# HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET /a\u{7F} HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET /a\0 HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET /a\rb HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET /é HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET /\u{80} HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET http:// HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET http://?a HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET http:/a HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case(400, "GET file:///etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n"),
  ]

  static let fields: [Case] = [
    Case(400, "GET / HTTP/1.1\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost\t: a\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\t2\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n \r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\nX Y: 1\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\nX\0Y: 1\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\nX\u{E9}: 1\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\n(X): 1\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\nX: 1\02\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\nX: 1\u{0B}2\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\nX: 1\u{7F}2\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r2\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\r\n\r\n"),
    // A line that begins with a bare CR is not the end of the head.
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\n\rX: 1\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\n\rTransfer-Encoding: chunked\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\n\r\r\n\r\n"),
    // Host.
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n"),
    Case(400, "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a?b\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: a\\b\r\n\r\n"),
    Case(400, "GET / HTTP/1.1\r\nHost: \u{E9}\r\n\r\n"),
    Case(400, "GET http://a/ HTTP/1.1\r\n\r\n"),
    Case(417, "GET / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n"),
    Case(417, "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue, x\r\n\r\n"),
  ]

  /// Fields that leave it open where the message ends.
  static let framing: [Case] =
    [
      (400, "Content-Length: 5\r\nContent-Length: 5"), (400, "Content-Length: 5\r\nContent-Length: 6"),
      (400, "Content-Length: 5, 5"), (400, "Content-Length: 5,6"), (400, "Content-Length: +5"),
      (400, "Content-Length: -5"), (400, "Content-Length: 5 5"), (400, "Content-Length: 0x5"),
      (400, "Content-Length: 5."), (400, "Content-Length: 1e1"), (400, "Content-Length:"),
      (400, "Content-Length: \u{B2}"), (400, "Content-Length: \"5\""), (400, "Content-Length: five"),
      (400, "Content-Length : 5"), (400, "Content-Length: 5\u{0C}"),
      (413, "Content-Length: 9223372036854775807"), (413, "Content-Length: 18446744073709551621"),
      (413, "Content-Length: 99999999999999999999999999999999999999999999"),
      (400, "Content-Length: 5\r\nTransfer-Encoding: chunked"),
      (400, "Transfer-Encoding: chunked\r\nContent-Length: 5"),
      (400, "Content-Length: 0\r\nTransfer-Encoding: chunked"),
      (400, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
      (400, "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
      (400, "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked"),
      (400, "Transfer-Encoding: identity"), (400, "Transfer-Encoding: chunked, identity"),
      (400, "Transfer-Encoding: chunked, chunked"), (400, "Transfer-Encoding: xchunked"),
      (400, "Transfer-Encoding: chunkedx"), (400, "Transfer-Encoding: chunked;q=1"),
      (400, "Transfer-Encoding: \"chunked\""), (400, "Transfer-Encoding:"), (400, "Transfer-Encoding: ,"),
      (400, "Transfer-Encoding: chunked,"), (400, "Transfer-Encoding: , chunked"),
      (400, "Transfer-Encoding: gzip"), (400, "Transfer-Encoding: \u{0B}chunked"),
      (400, "Transfer-Encoding: chunked\u{0C}"), (400, "Transfer-Encoding\t: chunked"),
      (400, "Transfer-Encoding:\r\n chunked"), (501, "Transfer-Encoding: gzip, chunked"),
      (501, "Transfer-Encoding: identity, chunked"),
    ].map { Case($0.0, "POST / HTTP/1.1\r\nHost: a\r\n\($0.1)\r\n\r\n0\r\n\r\n") } + [
      Case(400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    ]

  @Test(arguments: requestLines + targets + fields + framing)
  func isRefused(_ refused: Case) {
    #expect(RequestStream.refusal(refused.text.latin1)?.status.code == refused.status)
  }

  @Test(arguments: requestLines + targets + fields + framing)
  func isRefusedInAnyCut(_ refused: Case) {
    var stream = RequestStream()
    var status: Int?
    do throws(HeadError) {
      for byte in refused.text.latin1 { try stream.feed([byte]) }
    } catch {
      status = error.status.code
    }
    #expect(status == refused.status)
    #expect(stream.requests == [])
  }
}
