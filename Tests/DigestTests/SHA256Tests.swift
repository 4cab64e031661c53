import Digest
import Testing

@Suite struct SHA256Tests {
  /// `printf secret | sha256sum`
  static let secret = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"

  @Test func digestsAreSHA256() {
    #expect(SHA256Digest(of: "secret").hex == Self.secret)
    #expect(SHA256Digest(of: "secret") == SHA256Digest(hex: Self.secret))
    #expect(SHA256Digest(of: "secret") == SHA256Digest(hex: Self.secret.uppercased()))
    #expect(SHA256Digest(of: "Secret") != SHA256Digest(hex: Self.secret))
    #expect(
      SHA256Digest(of: "").hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test(arguments: ["", "12", String(repeating: "g", count: 64), secret + "0", "é" + secret.dropFirst(2)])
  func whatIsNoDigestIsNotRead(_ text: String) {
    #expect(SHA256Digest(hex: text) == nil)
  }

  /// A difference in any one of the bytes counts.
  @Test func everyByteIsCompared() {
    for place in 0..<64 {
      var digits = Array(Self.secret)
      digits[place] = digits[place] == "0" ? "1" : "0"
      #expect(SHA256Digest(hex: String(digits)) != SHA256Digest(hex: Self.secret))
    }
  }

  @Test(arguments: [1, 7, 63, 64, 65, 1000])
  func piecesGiveTheSameAsTheWhole(_ size: Int) {
    let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var stream = SHA256Stream()
    for start in stride(from: 0, to: bytes.count, by: size) {
      bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { stream.update($0) }
    }
    stream.update(UnsafeRawBufferPointer(start: nil, count: 0))
    #expect(stream.finish() == bytes.withUnsafeBytes { SHA256Digest(of: $0) })
  }
}
