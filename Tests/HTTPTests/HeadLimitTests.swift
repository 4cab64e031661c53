import Testing

@testable import HTTP

@Suite struct HeadLimitTests {
  let limits = HeadLimits()

  func request(path: Int = 1, fields: [String] = []) -> [UInt8] {
    let path = "/" + String(repeating: "a", count: path - 1)
    return Array("GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields.map { $0 + "\r\n" }.joined())\r\n".utf8)
  }

  @Test func theLongestRequestLineIsTakenAndOneByteMoreIsNot() {
    // The line feed is the byte behind the limit.
    let fitting = limits.requestLine - "GET  HTTP/1.1\r".utf8.count
    #expect(RequestStream.refusal(request(path: fitting)) == nil)
    #expect(RequestStream.refusal(request(path: fitting + 1))?.status == .uriTooLong)
  }

  @Test func anEndlessRequestLineIsRefusedBeforeItEnds() {
    let line = Array("GET /".utf8) + [UInt8](repeating: 0x61, count: limits.requestLine)
    #expect(RequestStream.refusal(line)?.status == .uriTooLong)
    #expect(RequestStream.refusal(Array(line.prefix(limits.requestLine))) == nil)
  }

  @Test func theLongestHeadIsTakenAndOneByteMoreIsNot() {
    let fitting = limits.head - request(fields: ["X: "]).count
    let value = String(repeating: "v", count: fitting)
    #expect(RequestStream.refusal(request(fields: ["X: " + value])) == nil)
    #expect(RequestStream.refusal(request(fields: ["X: v" + value]))?.status == .headerFieldsTooLarge)
  }

  @Test func anEndlessHeadIsRefusedBeforeItEnds() {
    var bytes = Array("GET / HTTP/1.1\r\n".utf8)
    while bytes.count <= limits.head { bytes += Array("X: y\r\n".utf8) }
    #expect(RequestStream.refusal(bytes)?.status == .headerFieldsTooLarge)
    #expect(
      RequestStream.refusal(
        Array("GET / HTTP/1.1\r\nX: ".utf8) + [UInt8](repeating: 0x61, count: limits.head))?.status
        == .headerFieldsTooLarge)
  }

  @Test func aHundredFieldsAreTakenAndOneMoreIsNot() throws {
    // Host is one of them.
    let fields = (1..<limits.fields).map { "X-\($0): \($0)" }
    #expect(try RequestStream.read(request(fields: fields)).first?.fields.count == 100)
    #expect(RequestStream.refusal(request(fields: fields + ["Y: "]))?.status == .headerFieldsTooLarge)
  }

  /// What is behind a head that fits is not counted with it.
  @Test func aLongPipelineIsNotALongHead() throws {
    let many = Array(repeating: request(), count: 2000).flatMap { $0 }
    #expect(try RequestStream.read(many).count == 2000)
  }
}
