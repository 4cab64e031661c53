import Digest
import Options
import TestSupport
import Testing

@testable import Server

@Suite struct APIKeysTests {
  /// `printf secret | sha256sum`
  static let digest = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"

  @Test func aFileHoldsPlainAndHashedKeys() throws {
    var keys = APIKeys()
    try keys.add(file: "# comment\n\nplain\n  name:sha256:\(Self.digest)  \r\nwith:colon\n")
    #expect(keys.count == 3)
  }

  @Test(arguments: ["name:sha256:", "name:sha256:12", "name:sha256:zz", "name:sha256:é"])
  func aBrokenHashNamesItsLine(_ line: String) {
    var keys = APIKeys()
    let error = #expect(throws: KeysFileError.self) { try keys.add(file: "ok\n\(line)\n") }
    #expect(error?.line == 2)
  }

  @Test func aListIsSplitAtCommasAndBlanks() {
    var keys = APIKeys()
    keys.add(list: " a, b\nc,,")
    #expect(keys.count == 3)
  }

  @Test func aNewKeyOpensWhatItsLineSays() throws {
    var random = SeededGenerator(seed: 1)
    let key = NewKey(name: "exporter-1", using: &random)
    let other = NewKey(name: "exporter-1", using: &random)
    #expect(key.text.utf8.count == 64 && key.text != other.text)
    #expect(key.line.hasPrefix("exporter-1:sha256:"))
    #expect(!key.line.contains(key.text))
    #expect(SHA256Digest(hex: key.line.suffix(64)) == SHA256Digest(of: key.text))
    var keys = APIKeys()
    try keys.add(file: "\(key.line)\n")
    #expect(keys.count == 1)
  }

  @Test(arguments: ["", "a b", "a:b", "é", "a\n", String(repeating: "a", count: 65)])
  func aNameThatWouldBreakTheFileIsRefused(_ name: String) {
    #expect(throws: UsageError.self) { try NewKeyCommand(name: name) }
  }
}
