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

  @Test func digestsAreSHA256() throws {
    let digest = Array("secret".utf8).withUnsafeBytes { Digest(of: $0) }
    #expect(digest == Digest(hex: Self.digest))
    #expect(digest != Array("Secret".utf8).withUnsafeBytes { Digest(of: $0) })
  }
}
