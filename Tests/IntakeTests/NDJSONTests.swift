import Testing

@testable import Intake

/// Rows of NDJSON.
@Suite struct NDJSONTests {
  @Test func objectsNameSomeColumns() {
    let read = Read(
      .ndjson,
      """
      {"customer_id":5,"first_name":"Ada","date_of_birth":"2000-01-02","last_login_dt":"2000-01-01T00:00:01Z"}
      {}
        { "email" : "a\\u0040b" , "first_name" : null , "last_name" : "" }\r

      {"last_name":"\\"q\\"\\n"}
      """)
    #expect(
      read.rows.map(\.cells) == [
        ["customer_id": "5", "first_name": "Ada", "date_of_birth": "1", "last_login_dt": "1000000"], [:],
        ["email": "a@b"], ["last_name": "\"q\"\n"],
      ])
    #expect(read.lines == [1, 2, 3, 5])
    #expect(read.faults == [])
  }

  @Test(
    arguments: [
      ("[]", nil, "the line is no object"),
      ("5", nil, "the line is no object"),
      ("{\"first_name\":\"a\"", nil, "the line is no JSON"),
      ("{\"first_name\":\"a\"} {}", nil, "the line is no JSON"),
      ("{\"first_name\":'a'}", nil, "the line is no JSON"),
      ("{\"first_name\":\"\u{1}\"}", nil, "the line is no JSON"),
      ("{\"age\":1}", "age", "there is no such column"),
      ("{\"email\":\"a\",\"email\":\"a\"}", "email", "the object names this column twice"),
      ("{\"email\":[]}", "email", "an array or an object stands here"),
      ("{\"email\":{}}", "email", "an array or an object stands here"),
      ("{\"first_name\":5}", "first_name", "a number stands here; give a string or null"),
      ("{\"first_name\":true}", "first_name", "true stands here; give a string or null"),
      ("{\"customer_id\":\"5\"}", "customer_id", "a string stands here; give a whole number or null"),
      ("{\"customer_id\":false}", "customer_id", "false stands here; give a whole number or null"),
      ("{\"customer_id\":5.0}", "customer_id", "\"5.0\" is no id"),
      ("{\"customer_id\":5e2}", "customer_id", "\"5e2\" is no id"),
      ("{\"customer_id\":0}", "customer_id", "\"0\" is no id"),
      ("{\"date_of_birth\":20000101}", "date_of_birth", "a number stands here; give a string or null"),
      ("{\"date_of_birth\":\"tomorrow\"}", "date_of_birth", "\"tomorrow\" is no date"),
      ("{\"first_name\":\"a\\u0000\"}", "first_name", "the text holds a NUL"),
      ("{\"first_name\":\"\\ud800\"}", nil, "the line is no JSON"),
    ] as [(String, String?, String)])
  func aBadLineIsToldAndTheNextIsRead(_ line: String, _ column: String?, _ reason: String) throws {
    let read = Read(.ndjson, "\(line)\n{\"first_name\":\"good\"}\n")
    let fault = try #require(read.faults.first)
    #expect(fault.line == 1)
    #expect(fault.column == column)
    #expect(fault.reason.hasPrefix(reason), "\(fault.reason)")
    #expect(read.column("first_name") == ["good"])
  }

  @Test func textsAreUTF8() {
    let read = Read(.ndjson, [Array("{\"email\":\"".utf8) + [0xFF] + Array("\"}\n{}\n".utf8)])
    #expect(read.faults.map(\.reason) == ["the line is no JSON: UTF8_ERROR"])
    #expect(read.lines == [2])
  }

  @Test func aLineHasItsLimit() throws {
    let long = "{\"first_name\":\"\(String(repeating: "x", count: Intake.longestRow))"
    let fault = try #require(Read(.ndjson, "{}\n" + long).failure?.fault)
    #expect(fault.line == 2)
  }

  @Test(arguments: [
    "\u{FEFF}{\"first_name\":\"é\"}\r\n\n[1]\n{\"email\":\"\\u00e9\\\\\"}\n{\"age\":1}\n{\"customer_id\":7}"
  ])
  func anyCutGivesTheSame(_ text: String) {
    let bytes = Array(text.utf8)
    let whole = Read(.ndjson, [bytes])
    #expect(whole.rows.count == 3 && whole.faults.count == 2)
    for cut in 0...bytes.count {
      #expect(Read(.ndjson, [Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "cut at \(cut)")
    }
    #expect(Read(.ndjson, bytes.map { [$0] }) == whole, "byte by byte")
  }
}
