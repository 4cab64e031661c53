import Testing

@testable import HTTP

@Suite struct AcceptedKeyTests {
  /// Keeps a key, and the answers for others.
  private final class Keeper {
    private var accepted = AcceptedKey()

    func remember(_ text: String, _ version: Int) {
      Array(text.utf8).withUnsafeBytes { accepted.remember($0, version: version) }
    }

    func matches(_ text: String, _ version: Int) -> Bool {
      Array(text.utf8).withUnsafeBytes { accepted.matches($0, version: version) }
    }
  }

  @Test func onlyTheSameKeyOfTheSameVersionMatches() {
    let keeper = Keeper()
    #expect(!keeper.matches("", 0))
    keeper.remember("secret", 1)
    #expect(keeper.matches("secret", 1))
    for (text, version) in [
      ("secret", 2), ("secret", 0), ("Secret", 1), ("secre", 1), ("secrets", 1), ("", 1),
    ] {
      #expect(!keeper.matches(text, version))
    }
    keeper.remember("other", 2)
    #expect(!keeper.matches("secret", 1))
    #expect(keeper.matches("other", 2))
  }
}
