import Bytes
import EventLoop
import TestSupport
import Testing

@testable import HTTP

@Suite struct ResponseHeadTests {
  /// Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110.
  static let moment = 784_111_777

  func head(
    _ status: Status = .ok, type: StaticString = "text/plain", length: Int? = 5, headers: [Header] = [],
    isHTTP10: Bool = false, closes: Bool = false
  ) async throws -> String {
    let result = Box()
    try await onLoop { loop in
      let request = Request(loop)
      request.identifier.append("id-1")
      request.head.isHTTP10 = isHTTP10
      var writer = ResponseHead { Self.moment }
      var buffer = ByteBuffer()
      writer.write(
        status, type: type, length: length, headers: headers, request: request, closes: closes, to: &buffer)
      result.text = buffer.text()
    }
    return result.text
  }

  @Test func aPlainHead() async throws {
    #expect(
      try await head()
        == "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain\r\n"
        + "Content-Length: 5\r\nX-Request-Id: id-1\r\n\r\n")
  }

  @Test func withoutTypeAndLength() async throws {
    let text = try await head(.noContent, type: "", length: nil)
    #expect(!text.contains("Content-"))
    #expect(text.hasPrefix("HTTP/1.1 204 No Content\r\n"))
  }

  @Test func whatBecomesOfTheConnectionIsSaidWhereItIsNotPlain() async throws {
    #expect(!(try await head()).contains("Connection:"))
    #expect(try await head(closes: true).contains("\r\nConnection: close\r\n"))
    #expect(try await head(isHTTP10: true).contains("\r\nConnection: keep-alive\r\n"))
    #expect(try await head(isHTTP10: true, closes: true).contains("\r\nConnection: close\r\n"))
  }

  @Test(arguments: [
    "a\r\nSet-Cookie: b", "a\nSet-Cookie: b", "a\rSet-Cookie: b", "a\r\n\r\n<html>", "\r\n",
    "a\0b\u{1}\u{7F}c",
    "\u{2028}\u{85}\u{0B}\u{0C}",
  ])
  func aValueCannotLeaveItsLine(_ value: String) async throws {
    let text = try await head(headers: [Header("X-First", value), Header("X-Second", "2")])
    // Split as bytes: CR LF is one character to Swift.
    let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    // Status, Date, type, length, id, two of ours, the empty line, and nothing behind it.
    #expect(lines.count == 9)
    #expect(lines.dropLast().allSatisfy { $0.last == 0x0D })
    #expect(lines.allSatisfy { line in line.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7F } })
    #expect(text.contains("\r\nX-First: ") && text.hasSuffix("\r\nX-Second: 2\r\n\r\n"))
  }

  @Test func textBeyondASCIIStays() async throws {
    #expect(try await head(headers: [Header("X", "é\t😀")]).contains("\r\nX: é\t😀\r\n"))
  }

  @Test(arguments: [
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
    (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
  ])
  func dates(seconds: Int, text: String) {
    var buffer = ByteBuffer()
    buffer.append(httpDate: seconds)
    #expect(buffer.text() == text)
  }

  /// SAFETY: `@unchecked Sendable` since it is written on the loop and read when that has ended.
  final class Box: @unchecked Sendable {
    var text = ""
  }
}
