import Bytes
import Testing

@testable import HTTP

@Suite struct BodyDecoderTests {
  static let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

  func refusal(_ body: String, limit: Int = 1 << 20) -> Int? {
    RequestStream.refusal((Self.head + body).latin1, bodyLimit: limit)?.status.code
  }

  @Test(arguments: [
    "\r\n", "\n", " 5\r\nhello", "5 \r\nhello", "5\t\r\nhello", "5\nhello", "5\rhello", "5\r\rhello",
    "0x5\r\nhello",
    "+5\r\nhello", "-5\r\nhello", "g\r\n", "5h\r\n", "5.\r\n", "5,5\r\n", "\u{B2}\r\n", "\0\r\n",
    // Sizes that would overflow.
    "FFFFFFFFFFFFFFFF\r\n", "10000000000000000\r\n", "80000000000000000000\r\n", "0000000000000005\r\nhello",
    // The size and what follows do not agree.
    "5\r\nhello!\r\n", "5\r\nhell\r\n0", "5\r\nhelloX\r\n", "5\r\nhello\n", "5\r\nhello\rX",
    "5\r\nhello0\r\n\r\n",
    // Extensions.
    "5;\n", "5;a\0b\r\n", "5;a\rb\r\n", "5;a\u{7F}\r\n",
    // The end and what follows it.
    "0\r\n\n", "0\r\n\rX", "0\n\r\n", "0\r\n X: 1\r\n\r\n", "0\r\n: 1\r\n\r\n", "0\r\nX\r\n\r\n",
    "0\r\nX : 1\r\n\r\n",
    "0\r\nX: 1\n\r\n", "0\r\nX: \0\r\n\r\n", "0\r\nX: 1\r\n y\r\n\r\n", "0\r\nX: 1\rY\r\n\r\n",
  ])
  func aMalformedChunkIsRefused(_ body: String) {
    #expect(refusal(body) == 400)
    var stream = RequestStream()
    #expect(throws: HeadError.self) {
      for byte in (Self.head + body).latin1 { try stream.feed([byte]) }
    }
  }

  @Test(arguments: [
    "", "0", "0\r", "0\r\n", "0\r\n\r", "5", "5\r", "5\r\nhel", "5\r\nhello", "5\r\nhello\r", "5;a=b",
    "0\r\nX: 1\r\n",
  ])
  func anUnfinishedBodyIsNoRequest(_ body: String) throws {
    #expect(try RequestStream.read((Self.head + body).utf8) == [])
  }

  @Test func aBodyMayBeAsLargeAsTheLimitAndNoLarger() {
    #expect(refusal("5\r\nhello\r\n0\r\n\r\n", limit: 5) == nil)
    #expect(refusal("5\r\nhello\r\n0\r\n\r\n", limit: 4) == 413)
    #expect(refusal("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", limit: 5) == nil)
    #expect(refusal("3\r\nhel\r\n3\r\n", limit: 5) == 413)
    #expect(refusal("0\r\n\r\n", limit: 0) == nil)
    #expect(refusal("1\r\n", limit: 0) == 413)
    #expect(
      RequestStream.refusal("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n".latin1, bodyLimit: 5)?
        .status.code == 413)
    #expect(
      RequestStream.refusal("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n".latin1, bodyLimit: 5)
        == nil)
  }

  /// A size is believed before its data has come, so a large one is refused at once.
  @Test func aLargeChunkIsRefusedByItsSizeAlone() {
    #expect(refusal("FFFFFFFFFFFFFFF\r\n", limit: 1 << 20) == 413)
    #expect(refusal("7FFFFFFF\r\n", limit: 1 << 20) == 413)
  }

  @Test func whatIsDroppedIsBounded() {
    let limit = ChunkedDecoder.extrasLimit
    #expect(refusal("0;" + String(repeating: "x", count: limit - 1) + "\r\n\r\n") == nil)
    #expect(refusal("0;" + String(repeating: "x", count: limit) + "\r\n\r\n") == 400)
    // Over all chunks.
    #expect(refusal(String(repeating: "1;aaaaaaa\r\nx\r\n", count: limit / 8 + 1)) == 400)
    #expect(refusal("0\r\nX:" + String(repeating: "x", count: limit)) == 431)
    #expect(refusal("0\r\n" + String(repeating: "X:\r\n", count: limit)) == 431)
  }

  @Test func bytesBehindTheBodyStay() throws {
    var decoder = try BodyDecoder(.chunked, limit: 100)
    var input = ByteBuffer()
    var output = ByteBuffer()
    input.append("2\r\nhi\r\n0\r\n\r\nGET")
    let isDone = try decoder.decode(&input, into: &output)
    #expect(isDone)
    #expect(output.text() == "hi")
    #expect(input.text() == "GET")
    // Once more changes nothing.
    let isStillDone = try decoder.decode(&input, into: &output)
    #expect(isStillDone)
    #expect(input.text() == "GET")
  }
}
