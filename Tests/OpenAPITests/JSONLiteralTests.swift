import Bytes
import JSON
import OpenAPI
import Testing

@Suite struct JSONLiteralTests {
  private func text(_ literal: JSONLiteral) -> String {
    var buffer = ByteBuffer()
    buffer.append(json: literal)
    return buffer.text()
  }

  @Test func literalsAreWrittenInOrder() {
    let literal: JSONLiteral = [
      "b": 1, "a": [nil, true, false, -5], "c": ["x": "é\"\\\n"], "e": [], "o": [:],
    ]
    #expect(
      text(literal) == #"{"b":1,"a":[null,true,false,-5],"c":{"x":"é\"\\\n"},"e":[],"o":{}}"#)
  }

  @Test func whatIsWrittenIsReadTheSame() throws {
    let written = text([
      "text": "\u{0}\u{1F}\u{7F}\u{2028}👋", "least": .integer(.min), "most": .integer(.max),
    ])
    let members = try written.withCString { start in
      try JSONObject.parse(UnsafeRawBufferPointer(start: start, count: written.utf8.count))
    }
    #expect(members[0].value == .string("\u{0}\u{1F}\u{7F}\u{2028}👋"))
    #expect(members[1].value == .number("-9223372036854775808"))
    #expect(members[2].value == .number("9223372036854775807"))
  }
}
