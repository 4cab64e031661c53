import Testing

@testable import Intake

/// Rows of CSV.
@Suite struct CSVTests {
  static func names(_ body: String) -> Read { Read(.csv, "first_name,last_name\n" + body) }

  @Test func columnsComeInAnyOrderAndMayBeMissing() {
    let read = Read(.csv, "email,customer_id,first_name\na@b,7,Ada\n,,\n")
    #expect(read.rows.map(\.cells) == [["email": "a@b", "customer_id": "7", "first_name": "Ada"], [:]])
    #expect(read.lines == [2, 3])
    #expect(read.faults == [] && read.failure == nil)
  }

  @Test(arguments: ["\n", "\r\n"]) func linesEndEitherWay(_ end: String) {
    let read = Read(.csv, "\u{FEFF}first_name,last_name\(end)a,b\(end)\"c\",\"d\"\(end)e,")
    #expect(read.column("first_name") == ["a", "c", "e"])
    #expect(read.column("last_name") == ["b", "d", nil])
  }

  @Test func quotesHoldWhatEndsFieldsElsewhere() {
    let read = Self.names("\"a,b\",\"say \"\"hi\"\"\"\n\"\"\"\",\"\r\n\\.\r\n\"\n\"\",x\n")
    #expect(read.column("first_name") == ["a,b", "\"", nil])
    #expect(read.column("last_name") == ["say \"hi\"", "\r\n\\.\r\n", "x"])
    #expect(read.faults == [])
  }

  /// PostgreSQL would take such a line for the end of the data.
  @Test func aBackslashAndADotEndNothing() {
    let read = Read(.csv, "first_name\na\n\\.\nb\n")
    #expect(read.column("first_name") == ["a", "\\.", "b"])
    let wide = Self.names("a,b\n\\.\nc,d\n")
    #expect(wide.lines == [2, 4])
    #expect(wide.faults.map(\.line) == [3])
  }

  @Test func linesAreCountedWhereRowsBegin() {
    let read = Self.names("\"a\nb\nc\",x\nbad\n\"\n\n\",y\n\nalso bad\nlast,one\n")
    #expect(read.lines == [2, 6, 11])
    #expect(read.faults.map(\.line) == [5, 10])
  }

  @Test func emptyLinesAreNoRows() {
    let read = Self.names("\n\na,b\n\r\n\n")
    #expect(read.lines == [4])
    #expect(read.faults == [])
  }

  @Test(arguments: [
    ("a\n", "the row has 1 field, the header names 2"),
    ("a,b,c\n", "the row has 3 fields, the header names 2"),
    (
      "a\"b,c\n",
      "a quote stands in a field that does not begin with one; quote the field and double the quote"
    ),
    (
      "\"a\"b,c\n", "text stands behind the quote that ends a field; a quote inside of quotes must be doubled"
    ),
    (
      "\"a\" ,c\n", "text stands behind the quote that ends a field; a quote inside of quotes must be doubled"
    ),
    ("a\rb,c\n", "a CR stands alone; a field that holds one must be quoted"),
  ])
  func aBrokenRowIsToldAndTheNextIsRead(_ row: String, _ reason: String) {
    let read = Self.names(row + "good,row\n")
    #expect(read.faults == [RowFault(line: 2, reason: reason)])
    #expect(read.column("first_name") == ["good"])
  }

  @Test(
    arguments: [
      ("", 1, nil, "there is no header"),
      ("\n\n", 1, nil, "there is no header"),
      ("first_name,age\n", 1, "age", "there is no such column; the columns are customer_id, first_name"),
      ("first_name,First_Name\n", 1, "First_Name", "there is no such column"),
      ("first_name,first_name\n", 1, "first_name", "the header names this column twice"),
      ("first_name,\n", 1, "", "the header has a column without a name"),
      ("first_name;last_name\n", 1, "first_name;last_name", "fields must be separated by commas"),
      ("first_name\tlast_name\n", 1, "first_name?last_name", "fields must be separated by commas"),
      ("first_name\n\"open\nand on\n", 2, nil, "the file ends inside of quotes"),
      ("\"first_name\n", 1, nil, "the file ends inside of quotes"),
    ] as [(String, Int, String?, String)])
  func whatCannotBeReadEndsTheFile(_ text: String, _ line: Int, _ column: String?, _ reason: String) throws {
    let fault = try #require(Read(.csv, text).failure?.fault)
    #expect(fault.line == line)
    #expect(fault.column == column)
    #expect(fault.reason.hasPrefix(reason), "\(fault.reason)")
  }

  @Test func utf16IsToldFromTextWithoutAHeader() throws {
    let fault = try #require(Read(.csv, [[0xFF, 0xFE, 0x61, 0x00]]).failure?.fault)
    #expect(fault.reason == "the file is UTF-16; save it as UTF-8")
  }

  @Test func aHeaderAloneIsAFileWithoutRows() {
    for text in ["first_name", "first_name\n", "\"first_name\"\r\n"] {
      #expect(Read(.csv, text) == Read(.ndjson, ""))
    }
  }

  @Test func aRowHasItsLimit() throws {
    let most = String(repeating: "x", count: Intake.longestRow - 2)
    #expect(Self.names("\(most),\n").faults.first?.column == "first_name")
    let fault = try #require(Self.names("a,b\n\"\(most)x,").failure?.fault)
    #expect(fault.line == 3)
    #expect(fault.reason.hasPrefix("the row that begins here is longer than 512 KiB"))
  }

  /// However it is cut, the same comes out.
  @Test(arguments: [
    "first_name,last_name\r\na,b\r\n\"c\"\"d\",\"e\r\nf\"\r\n\r\nbad\r\n\"x\" y,\na\rb,c\nlast,\"one\"",
    "\u{FEFF}email,\"customer_id\",first_name\nä@b,7,Ж\n,0,\n\"\",8,🙂\n",
    "first_name,last_name\n\"never\nclosed",
  ])
  func anyCutGivesTheSame(_ text: String) {
    let bytes = Array(text.utf8)
    let whole = Read(.csv, [bytes])
    for cut in 0...bytes.count {
      #expect(Read(.csv, [Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "cut at \(cut)")
    }
    #expect(Read(.csv, bytes.map { [$0] }) == whole, "byte by byte")
  }
}
