import Testing

@testable import HTTP

@Suite struct PercentEncodingTests {
  func decode(_ text: String, plusIsSpace: Bool = false) -> String? {
    text.latin1.withUnsafeBytes { PercentEncoding.decode($0, plusIsSpace: plusIsSpace) }
  }

  func pairs(_ text: String) -> [String]? {
    text.latin1.withUnsafeBytes { PercentEncoding.pairs($0)?.map { "\($0.name)=\($0.value)" } }
  }

  @Test(arguments: [
    ("", ""), ("abc", "abc"), ("%41%62", "Ab"), ("%2e%2E", ".."), ("%2F", "/"), ("a%20b", "a b"),
    ("%25", "%"),
    ("%2541", "%41"), ("%C3%A9", "é"), ("%f0%9f%98%80", "😀"), ("a+b", "a+b"),
    ("%01%7F%0D%0A", "\u{1}\u{7F}\r\n"),
  ])
  func decodes(encoded: String, text: String) {
    #expect(decode(encoded) == text)
  }

  @Test(arguments: [
    "%", "a%", "%4", "a%4", "%zz", "%4z", "%z4", "%%41", "% 41", "%+1", "%-1", "%0x", "%u0041",
    // U+0000, and what is no UTF-8: cut short, overlong, a surrogate, beyond U+10FFFF, Latin-1.
    "%00", "a%00b", "\0", "%C3", "%C3%", "%A9", "%C0%80", "%C0%AF", "%E0%80%AF", "%ED%A0%80", "%F4%90%80%80",
    "%FF",
    "\u{E9}",
  ])
  func refuses(_ encoded: String) {
    #expect(decode(encoded) == nil)
    #expect(pairs("a=\(encoded)&b=1") == nil)
    #expect(pairs("\(encoded)=1") == nil)
  }

  @Test func aPlusIsABlankInFormsAlone() {
    #expect(decode("a+b%2B", plusIsSpace: true) == "a b+")
    #expect(decode("a+b%2B", plusIsSpace: false) == "a+b+")
  }

  @Test(
    arguments: [
      ("", []), ("&", []), ("&&a=1&&", ["a=1"]), ("a", ["a="]), ("a=", ["a="]), ("=a", ["=a"]), ("=", ["="]),
      ("a=1&b=2&a=3", ["a=1", "b=2", "a=3"]), ("a==b", ["a==b"]), ("a=b=c", ["a=b=c"]),
      ("a%3Db=c%26d", ["a=b=c&d"]),
      ("a+b=c+d", ["a b=c d"]), ("a;b=1", ["a;b=1"]), ("a[]=1", ["a[]=1"]),
    ] as [(String, [String])])
  func readsPairs(encoded: String, expected: [String]) {
    #expect(pairs(encoded) == expected)
  }
}
