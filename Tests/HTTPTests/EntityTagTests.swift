import Testing

@testable import HTTP

@Suite struct EntityTagTests {
  @Test(arguments: [
    (#""a""#, true), (#"W/"a""#, true), ("*", true), (#""b", "a""#, true), (#""b" ,W/"a""#, true),
    (#""b""#, false), ("a", false), ("", false), (#""a,""#, false), (#"w/"a""#, false),
  ])
  func ifNoneMatchTakesWeakAndStrong(_ field: String, _ isListed: Bool) {
    #expect(EntityTag("a").isListed(inIfNoneMatch: field) == isListed)
    #expect(EntityTag("a", isWeak: true).isListed(inIfNoneMatch: field) == isListed)
  }

  @Test(arguments: [(#""a""#, true), (#"W/"a""#, false), ("*", true), (#""b", "a""#, true), (#""b""#, false)])
  func ifMatchTakesStrongAlone(_ field: String, _ isListed: Bool) {
    #expect(EntityTag("a").isListed(inIfMatch: field) == isListed)
    #expect(EntityTag("a", isWeak: true).isListed(inIfMatch: field) == (field == "*"))
  }

  @Test func aCommaInsideBelongsToTheTag() {
    #expect(EntityTag("a,b").isListed(inIfMatch: #""x", "a,b""#))
    #expect(!EntityTag("b").isListed(inIfMatch: #""a,b""#))
  }
}
