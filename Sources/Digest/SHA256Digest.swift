internal import CCrypto

/// The SHA-256 of something.
public struct SHA256Digest: Equatable, Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  /// The digest of `bytes`.
  public init(of bytes: UnsafeRawBufferPointer) {
    withBytes { SHA256(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, $0) }
  }

  /// The digest of a text's UTF-8.
  public init(of text: some StringProtocol) {
    var text = String(text)
    self = text.withUTF8 { SHA256Digest(of: UnsafeRawBufferPointer($0)) }
  }

  /// A digest in 64 hexadecimal digits; nil for anything else.
  public init?(hex: some StringProtocol) {
    let digits = hex.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == 64, hex.utf8.count == 64 else { return nil }
    withBytes { bytes in
      for index in 0..<32 { bytes[index] = UInt8(digits[2 * index] << 4 | digits[2 * index + 1]) }
    }
  }

  /// A digest that `fill` writes, all 32 bytes of it.
  init(fill: (UnsafeMutablePointer<UInt8>) -> Void) { withBytes(fill) }

  private mutating func withBytes<Result>(_ body: (UnsafeMutablePointer<UInt8>) -> Result) {
    withUnsafeMutableBytes(of: &words) { bytes in
      if let start = bytes.bindMemory(to: UInt8.self).baseAddress { _ = body(start) }
    }
  }

  /// In 64 hexadecimal digits, small letters.
  public var hex: String {
    withUnsafeBytes(of: words) { bytes in
      bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
  }

  /// All words are compared whatever the first ones say, so that the time tells nothing.
  public static func == (left: SHA256Digest, right: SHA256Digest) -> Bool {
    (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1) | (left.words.2 ^ right.words.2)
      | (left.words.3 ^ right.words.3) == 0
  }
}
