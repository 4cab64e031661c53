import Bytes
import Customers
import Testing

@testable import Intake

/// What a cell may hold.
@Suite struct CellTests {
  /// What becomes of one cell of CSV: its value, or why it is none.
  static func cell(_ column: String, _ bytes: [UInt8]) -> String {
    let quoted: [UInt8] =
      [0x22] + bytes.flatMap { (byte: UInt8) -> [UInt8] in byte == 0x22 ? [byte, byte] : [byte] } + [0x22]
    let read = Read(.csv, [Array("\(column)\n".utf8) + quoted + [0x0A]])
    if let fault = read.faults.first {
      #expect(fault.column == column)
      return "! \(fault.reason)"
    }
    return read.rows.first?.cells[column] ?? "null"
  }

  static func cell(_ column: String, _ text: String) -> String { cell(column, Array(text.utf8)) }

  @Test(arguments: [("1", "1"), ("9223372036854775807", "9223372036854775807"), ("+5", "5"), ("007", "7")])
  func ids(_ text: String, _ value: String) {
    #expect(Self.cell("customer_id", text) == value)
  }

  @Test(arguments: ["0", "-1", "1.0", "1e3", " 1", "9223372036854775808", "five", "٣"])
  func noIDs(_ text: String) {
    #expect(
      Self.cell("customer_id", text)
        == "! \"\(text)\" is no id; give a whole number from 1 to 9223372036854775807, or none to draw one")
  }

  @Test(arguments: [
    ("0001-01-01", "-730119"), ("1999-12-31", "-1"), ("2000-02-29", "59"), ("9999-12-31", "2921939"),
  ])
  func dates(_ text: String, _ days: String) {
    #expect(Self.cell("date_of_birth", text) == days)
  }

  @Test(arguments: [
    "31.12.1999", "1999-02-29", "1900-02-29", "2000-04-31", "0000-01-01", "10000-01-01", "1999-1-1",
    "1999-13-01",
    "1999-12-31 ", "1999-12-31T00:00", "infinity", "1999-00-10", "1999-10-00",
  ])
  func noDates(_ text: String) {
    #expect(Self.cell("date_of_birth", text).contains("is no date; write YYYY-MM-DD"))
  }

  @Test(arguments: [
    ("2000-01-01 00:00:00.000", 0), ("2000-01-01T00:00:00Z", 0), ("2000-01-01 00:00", 0),
    ("2000-01-01T02:00:00+02:00", 0), ("1999-12-31T20:30:00-0330", 0), ("2000-01-01T01:00:00+01", 0),
    ("2000-01-01 00:00:00.0004999", 0), ("2000-01-01 00:00:00.0005", 1000),
    ("2000-01-01 00:00:00,5", 500_000),
    ("2000-01-01T00:00:00.123456789Z", 123_000), ("2000-01-01T00:00:00.0006Z", 1000),
    ("2000-01-01 00:00:00.1234567890", 123_000), ("2000-01-01 00:00:00z", 0), ("1999-12-31 23:59:60", 0),
    ("1999-12-31 23:59:59.999", -1000),
    ("9999-12-31 23:59:59.999", 252_455_615_999_999_000), ("0001-01-01 00:00:00", -63_082_281_600_000_000),
  ])
  func times(_ text: String, _ microseconds: Int64) {
    #expect(Self.cell("last_login_dt", text) == "\(microseconds)")
  }

  @Test(arguments: [
    "2000-01-01", "2000-01-01 24:00:00", "2000-01-01 12:60:00", "2000-01-01 12:00:61", "2000-01-01 12:00:00.",
    "2000-01-01 12:00:00 03:00", "2000-01-01  12:00:00", "2000-01-01 12:00:00 UTC",
    "2000-01-01 12:00:00+24",
    "2000-02-30 12:00:00", "0001-01-01T00:00:00+01:00", "9999-12-31 23:59:59.9999", "now", "946684800",
  ])
  func noTimes(_ text: String) {
    #expect(Self.cell("last_login_dt", text).contains("is no time; write YYYY-MM-DD HH:MM:SS.mmm"))
  }

  /// What the API prints comes in again as what it was.
  @Test func timesOfTheAPIComeBack() {
    var microseconds: Int64 = -63_082_281_600_000_000
    while microseconds < 252_455_615_999_999_000 {
      var buffer = ByteBuffer()
      buffer.append(postgresTimestamp: microseconds)
      #expect(buffer.withBytes { ISOTime($0)?.moment } == microseconds)
      microseconds += 7_777_777_777_777_000
    }
  }

  @Test func textsHaveTheLengthOfTheirColumn() {
    #expect(Self.cell("first_name", String(repeating: "é", count: 200)).count == 200)
    #expect(
      Self.cell("first_name", String(repeating: "é", count: 201))
        == "! the text has 201 characters; at most 200 are taken")
    #expect(
      Self.cell("home_phone", String(repeating: "1", count: 51))
        == "! the text has 51 characters; at most 50 are taken")
    // Code points count, as PostgreSQL has it, not what is drawn as one.
    #expect(Self.cell("home_phone", String(repeating: "e\u{301}", count: 26)).hasPrefix("! the text has 52"))
    #expect(Self.cell("home_street", String(repeating: "🙂", count: 10_000)).count == 10_000)
  }

  @Test(
    arguments: [
      [0xC3], [0x61, 0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
      [0x80], Array("abcdefghijklmnop".utf8) + [0xE9],
    ] as [[UInt8]])
  func textsAreUTF8(_ bytes: [UInt8]) {
    #expect(Self.cell("first_name", bytes) == "! the text is not UTF-8")
  }

  @Test func aNULIsRefused() {
    for text in ["\0", "a\0b", "abcdefghijklmnopqrstuvwxyz\0", "é\0"] {
      #expect(Self.cell("first_name", text) == "! the text holds a NUL, which PostgreSQL cannot store")
    }
  }

  /// The quick look agrees with the slow one, wherever in a word the byte is.
  @Test func plainTextIsASCIIWithoutNUL() {
    for length in 0..<40 {
      var bytes = [UInt8](repeating: 0x01, count: length)
      #expect(bytes.withUnsafeBytes { isPlainText($0) })
      for place in bytes.indices {
        for odd: UInt8 in [0x00, 0x80, 0xFF] {
          bytes[place] = odd
          #expect(!bytes.withUnsafeBytes { isPlainText($0) })
        }
        for even: UInt8 in [0x01, 0x7F, 0x20] {
          bytes[place] = even
          #expect(bytes.withUnsafeBytes { isPlainText($0) })
        }
      }
    }
  }

  @Test func whatIsShownOfAFileIsShortAndPlain() {
    #expect(excerpt("a\u{1B}[31m\u{202E}b") == "a?[31m?b")
    #expect(excerpt(String(repeating: "x", count: 41)) == String(repeating: "x", count: 40) + "…")
  }
}
