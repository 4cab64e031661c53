import JSON
import Testing

@Suite struct JSONObjectTests {
  private func parse(_ text: String) throws -> [JSONMember] {
    try Array(text.utf8).withUnsafeBytes { bytes throws(JSONError) in try JSONObject.parse(bytes) }
  }

  @Test func keepsOrderDoublesAndTheTextOfNumbers() throws {
    let text =
      #"{"b":1.5,"a":1e3,"a":9223372036854775808,"n":null,"t":true,"f":false,"s":"\u00e9\n","o":{"x":[1,"2",[]]}, "e":{}}"#
    #expect(
      try parse(text) == [
        JSONMember(name: "b", value: .number("1.5")),
        JSONMember(name: "a", value: .number("1e3")),
        JSONMember(name: "a", value: .number("9223372036854775808")),
        JSONMember(name: "n", value: .null),
        JSONMember(name: "t", value: .bool(true)),
        JSONMember(name: "f", value: .bool(false)),
        JSONMember(name: "s", value: .string("é\n")),
        JSONMember(
          name: "o",
          value: .object([JSONMember(name: "x", value: .array([.number("1"), .string("2"), .array([])]))])),
        JSONMember(name: "e", value: .object([])),
      ])
    #expect(try parse(" {} ") == [])
  }

  @Test(arguments: ["[]", "1", "null", #""x""#, #"[{"a":1}]"#, "true"])
  func whatIsNoObjectIsToldApart(_ text: String) {
    #expect(throws: JSONError.notAnObject) { try parse(text) }
  }

  @Test(arguments: [
    "", " ", "{", "}", "{]", "[}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a":1 "b":2}"#, #"{a:1}"#,
    #"{"a":01}"#,
    #"{"a":1}}"#, #"{"a":1} x"#, #"{"a":[1,]}"#, #"{"a":[1 2]}"#, #"{"a":"\q"}"#, #"{"a":"}"#, #"{,}"#, "[1",
    #"{"a":tru}"#, #"{1:1}"#, #"{"a":[}"#, "previous_id=5",
  ])
  func brokenJSONIsRefused(_ text: String) {
    #expect {
      try parse(text)
    } throws: { error in
      switch error as? JSONError {
      case .bytes, .syntax: true
      default: false
      }
    }
  }

  @Test func depthIsLimited() throws {
    func nested(_ depth: Int) -> String {
      #"{"a":"# + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
    }
    #expect(try parse(nested(32)).count == 1)
    #expect(throws: JSONError.tooDeep) { try parse(nested(33)) }
    #expect(throws: JSONError.tooDeep) { try parse(nested(100_000)) }
  }

  @Test func theInputStaysAsItIs() throws {
    let bytes = Array(#"{"a\n":"\u0041"}"#.utf8)
    let before = bytes
    #expect(
      try bytes.withUnsafeBytes { try JSONObject.parse($0) } == [JSONMember(name: "a\n", value: .string("A"))]
    )
    #expect(bytes == before)
  }
}
