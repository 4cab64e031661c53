import JSON
import Testing

@Suite struct PageReaderTests {
  static let plain = [["number:1", "string:Ann", "null:"], ["number:22", "string:", "bool:true"]]

  @Test(arguments: [
    #"[{"id":1,"name":"Ann","note":null},{"id":22,"name":"","note":true}]"#,
    #"[{"note":null,"id":1,"name":"Ann"},{"name":"","note":true,"id":22}]"#,
    "\u{20}\n\t\r[ { \"id\" : 1 ,\r\n\"name\"\t:\t\"Ann\",\"note\" : null } ,\n{\"id\":22 ,\"name\":\"\" , \"note\":true\n}\n]\n ",
    #"[{"id":1,"name":"\u0041n\u006e","note":null},{"id":22,"name":"","note":true}]"#,
    #"[{"\u0069d":1,"n\u0061me":"Ann","note":null},{"id":22,"name":"","not\u0065":true}]"#,
    #"[{"more":[1,{"id":[]}],"id":1,"x":{},"name":"Ann","note":null,"y":""},{"id":22,"name":"","note":true}]"#,
    #"{"items":[{"id":1,"name":"Ann","note":null},{"id":22,"name":"","note":true}]}"#,
    #"{"count":2,"meta":{"a":[1]},"items":[{"id":1,"name":"Ann","note":null},{"id":22,"name":"","note":true}],"next":null}"#,
  ])
  func readsEveryShape(_ page: String) throws {
    #expect(try PageText.rows(page) == Self.plain)
  }

  @Test(arguments: ["[]", " [ ] ", #"{"items":[]}"#, #"{"items":[],"count":0}"#])
  func anEmptyPageHasNoRows(_ page: String) throws {
    #expect(try PageText.rows(page) == [])
  }

  @Test func textsComeOutWhole() throws {
    let page =
      #"[{"id":-9223372036854775808,"name":"\"\\\/\b\f\n\r\t,","note":"\u0001\u00e9\u20AC\ud83d\ude00é€😀"}]"#
    let rows = try PageText.rows(page)
    #expect(
      rows == [
        ["number:-9223372036854775808", "string:\"\\/\u{8}\u{c}\n\r\t,", "string:\u{1}é€😀é€😀"]
      ])
  }

  @Test(arguments: ["0", "-0", "1.5", "-1e3", "1E+3", "1e-3", "0.0", "12345678901234567890123"])
  func numbersStayAsTheyWereWritten(_ number: String) throws {
    let rows = try PageText.rows(#"[{"id":\#(number),"name":null,"note":null}]"#)
    #expect(rows == [["number:\(number)", "null:", "null:"]])
  }

  @Test(arguments: [
    "", " ", "[", "{", "]", "}", "[[", "[{", "[}", "nul", "[,]", "[]]", "[] []", "[] x", "[]\u{0}",
    "{}{}",
    #"[{"id":1,"name":"Ann","note":null}"#, #"[{"id":1,"name":"Ann","note":null},]"#,
    #"[,{"id":1,"name":"Ann","note":null}]"#, #"[{"id":1,"name":"Ann","note":null}{"id":2}]"#,
    #"[{"id":1,"name":"Ann","note":null,}]"#, #"[{"id":1,"name":"Ann" "note":null}]"#,
    #"[{"id":1,"name":"Ann","note":nul}]"#, #"[{"id":1,"name":"Ann","note":nulll}]"#,
    #"[{"id":1,"name":"Ann","note":tru}]"#, #"[{"id":1,"name":"Ann","note":False}]"#,
    #"[{"id":1,"name":"Ann","note":NaN}]"#, #"[{"id":1,"name":"Ann","note":undefined}]"#,
    #"[{"id":01,"name":"Ann","note":null}]"#, #"[{"id":+1,"name":"Ann","note":null}]"#,
    #"[{"id":1.,"name":"Ann","note":null}]"#, #"[{"id":.1,"name":"Ann","note":null}]"#,
    #"[{"id":1e,"name":"Ann","note":null}]"#, #"[{"id":-,"name":"Ann","note":null}]"#,
    #"[{"id":0x1,"name":"Ann","note":null}]"#, #"[{"id":1 2,"name":"Ann","note":null}]"#,
    #"[{"id":1"x","name":"Ann","note":null}]"#, #"[{"id":1,"name":"Ann"x,"note":null}]"#,
    #"[{"id":1,"name":"Ann","note":"\x"}]"#, #"[{"id":1,"name":"Ann","note":"\u12"}]"#,
    #"[{"id":1,"name":"Ann","note":"\u12G4"}]"#, #"[{"id":1,"name":"Ann","note":"\ud83d"}]"#,
    #"[{"id":1,"name":"Ann","note":"\ude00\ud83d"}]"#, #"[{"id":1,"name":"Ann","note":"\ud83d\u0041"}]"#,
    #"[{"id":1,"name":"Ann","note":"}]"#, #"[{"id":1,"name":"Ann","note":"\"}]"#,
    "[{\"id\":1,\"name\":\"A\nnn\",\"note\":null}]", "[{\"id\":1,\"name\":\"A\u{0}nn\",\"note\":null}]",
    "[{\"id\":1,\"name\":\"Ann\",\u{0C}\"note\":null}]", "[{\"id\":1\u{1A}\"name\":\"Ann\",\"note\":null}]",
    "\u{FEFF}[]",
    #"[{id:1,"name":"Ann","note":null}]"#, #"[{'id':1,"name":"Ann","note":null}]"#,
    #"[{"id"=1,"name":"Ann","note":null}]"#, #"[{"id":,"name":"Ann","note":null}]"#,
    #"[{"id":1,"name":"Ann","note":null},{"#, #"[{"id":1,"name":"Ann","note":null}]/**/"#,
    #"[{"id":1,"extra":{"a":tru},"name":"Ann","note":null}]"#,
    #"[{"id":1,"extra":{"a" 1},"name":"Ann","note":null}]"#,
    #"[{"id":1,"extra":[1,],"name":"Ann","note":null}]"#, #"[{"id":1,"extra":[1},"name":"Ann","note":null}]"#,
    #"[{"id":1,"extra":{1:1},"name":"Ann","note":null}]"#,
    #"[{"id":1,"extra":"\q","name":"Ann","note":null}]"#,
    #"{"items":[{"id":1,"name":"Ann","note":null}]"#, #"{"items":[{"id":1,"name":"Ann","note":null}],}"#,
    #"{"items":[{"id":1,"name":"Ann","note":null}]}x"#, #"{"items":[],"count":}"#, #"{"items":[] "count":1}"#,
    #"{"items":[],"x":{"a":[1,2}}"#, #"{,"items":[]}"#, #"{"count":1 "items":[]}"#,
  ])
  func brokenJSONIsRefused(_ page: String) {
    #expect {
      try PageText.rows(page)
    } throws: { error in
      if case .notJSON? = error as? PageError { true } else { false }
    }
  }

  @Test(
    arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3]] as [[UInt8]])
  func brokenUTF8IsRefused(_ bytes: [UInt8]) {
    let page = Array(#"[{"id":1,"note":null,"name":""#.utf8) + bytes + Array(#""}]"#.utf8)
    #expect(throws: PageError.notJSON(.bytes(name: "UTF8_ERROR"))) { try PageText.rows(page) }
  }

  @Test(
    arguments: [
      (#"{"a":1}"#, .noArray), ("7", .noArray), (#""text""#, .noArray), ("null", .noArray), ("{}", .noArray),
      (#"{"message":"gone","errors":{"x":[]}}"#, .noArray),
      (#"{"a":[],"b":[]}"#, .severalArrays), (#"{"a":[],"b":[{"id":1}]}"#, .severalArrays),
      ("[1]", .notARow(row: 0)), ("[null]", .notARow(row: 0)), ("[[]]", .notARow(row: 0)),
      (#"[{"id":1,"name":"","note":""},"x"]"#, .notARow(row: 1)),
      ("[{}]", .missing(column: "id", row: 0)),
      (#"[{"id":1,"name":"","note":""},{"id":2,"note":""}]"#, .missing(column: "name", row: 1)),
      (#"[{"ID":1,"name":"","note":""}]"#, .missing(column: "id", row: 0)),
      (#"[{"id":1,"name":"","note":"","id":1}]"#, .duplicate(column: "id", row: 0)),
      (#"[{"id":1,"name":"","note":"","\u0069d":1}]"#, .duplicate(column: "id", row: 0)),
      (#"[{"id":1,"name":{},"note":""}]"#, .nested(column: "name", row: 0)),
      (#"[{"id":1,"name":"","note":["a"]}]"#, .nested(column: "note", row: 0)),
    ] as [(String, PageError)])
  func whatIsNoPageIsNamed(_ page: String, _ expected: PageError) {
    #expect(throws: expected) { try PageText.rows(page) }
  }

  @Test func nestingHasALimitAndCostsNoStack() throws {
    func page(_ depth: Int) -> String {
      let open = String(repeating: "[", count: depth)
      let close = String(repeating: "]", count: depth)
      return #"[{"id":1,"x":\#(open)\#(close),"name":"","note":""}]"#
    }
    #expect(try PageText.rows(page(64)).count == 1)
    #expect(throws: PageError.notJSON(.tooDeep)) { try PageText.rows(page(65)) }
    #expect(throws: PageError.notJSON(.tooDeep)) { try PageText.rows(page(1_000_000)) }
  }

  /// However a page is cut short, or one byte of it is changed, it is an error or a page; never a crash, and
  /// never a page that lost a row in silence.
  @Test func aCutPageIsNeverAPage() throws {
    let page = Array(
      #"{"n":1,"items":[{"id":1,"name":"A\"\u00e9","note":null},{"id":2,"x":[{}],"name":"B","note":true}]}"#
        .utf8)
    var reader = PageReader(columns: PageText.columns)
    for length in 0..<page.count {
      #expect(throws: PageError.self) { try PageText.rows(Array(page[..<length]), &reader) }
    }
    #expect(try PageText.rows(page, &reader).count == 2)
  }

  @Test func anyChangedByteIsSurvived() throws {
    let page = Array(
      #"[{"id":1,"name":"A\"\u00e9","note":null},{"id":2,"x":[{}],"name":"B","note":true}] "#.utf8)
    var reader = PageReader(columns: PageText.columns)
    var fine = 0
    for at in 0..<page.count {
      for byte in UInt8.min...UInt8.max {
        var changed = page
        changed[at] = byte
        if let rows = try? PageText.rows(changed, &reader) {
          fine += 1
          #expect(rows.count == 2)
        }
      }
    }
    #expect(fine > 500)
  }

  @Test func aReaderIsUsedAgain() throws {
    var reader = PageReader(columns: PageText.columns)
    for count in [1, 1000, 0, 3, 20_000] {
      let row = #"{"id":1,"name":"\\","note":"x"}"#
      let page = "[" + Array(repeating: row, count: count).joined(separator: ",") + "]"
      #expect(try PageText.rows(Array(page.utf8), &reader).count == count)
      #expect(throws: PageError.self) { try PageText.rows([0x5B], &reader) }
    }
  }
}
