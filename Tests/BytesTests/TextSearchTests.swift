import Bytes
import Testing

@Suite struct TextSearchTests {
  @Test func places() {
    #expect("postgresql://h".place(of: "://").map { "\("postgresql://h"[$0])" } == "://")
    #expect("a::://".holds("://"))
    #expect("aab".holds("ab"))
    #expect("ab".holds("ab"))
    #expect(!"a:/".holds("://"))
    #expect(!"".holds("a"))
    #expect(!"ab".holds("abc"))
    #expect("äöü".dropFirst().holds("ü"))
    #expect(!"äöü".dropFirst().holds("ä"))
  }
}
