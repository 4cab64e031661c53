import Bytes
import Testing

@Suite struct ForeignTextTests {
  @Test func whatSteersATerminalIsReplaced() {
    #expect(printable("a\u{1B}[31m\r\n\u{202E}b\u{7F}\u{85}\u{2028}c") == "a [31m   b   c")
    #expect(printable("\u{0}é日\u{9B}", substitute: "?") == "?é日?")
    #expect(printable("Größe ~ 😀") == "Größe ~ 😀")
  }

  @Test func whatIsLongIsCut() {
    #expect(printable(String(repeating: "é", count: 300)) == String(repeating: "é", count: 200))
    #expect(printable("abc", limit: 2) == "ab")
    #expect(printable("", limit: 2) == "")
  }
}
