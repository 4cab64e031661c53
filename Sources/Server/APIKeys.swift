import CCrypto
import HTTP

/// A SHA-256 digest.
struct Digest: Equatable, Sendable {
  fileprivate var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  init(of bytes: UnsafeRawBufferPointer) {
    withUnsafeMutableBytes(of: &words) { output in
      _ = SHA256(
        bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count,
        output.bindMemory(to: UInt8.self).baseAddress)
    }
  }

  /// A digest in 64 hexadecimal digits.
  init?(hex: some StringProtocol) {
    let digits = hex.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == 64, hex.utf8.count == 64 else { return nil }
    withUnsafeMutableBytes(of: &words) { output in
      for index in 0..<32 { output[index] = UInt8(digits[2 * index] << 4 | digits[2 * index + 1]) }
    }
  }

  /// All words are compared whatever the first ones say, so that the time tells nothing.
  static func == (left: Digest, right: Digest) -> Bool {
    (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1) | (left.words.2 ^ right.words.2)
      | (left.words.3 ^ right.words.3) == 0
  }
}

extension Digest: CustomStringConvertible {
  /// 64 hexadecimal digits.
  var description: String {
    withUnsafeBytes(of: words) { bytes in
      bytes.reduce(into: "") { text, byte in
        text += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
      }
    }
  }
}

/// The keys that open the data routes. Only their digests are kept.
struct APIKeys: Sendable {
  private var digests: [Digest] = []

  /// True if no key is configured.
  var isEmpty: Bool { digests.isEmpty }
  var count: Int { digests.count }

  mutating func add(key: some StringProtocol) {
    var key = String(key)
    digests.append(key.withUTF8 { Digest(of: UnsafeRawBufferPointer($0)) })
  }

  /// Keys of a list, split at commas and white space.
  mutating func add(list: String) {
    for key in list.split(whereSeparator: { $0 == "," || $0.isWhitespace }) { add(key: key) }
  }

  /// Lines of a keys file: a plain key, or `name:sha256:` and 64 hexadecimal digits; `#` begins a comment.
  mutating func add(file text: String) throws(KeysFileError) {
    // `isNewline`, since CR LF is one character to Swift.
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let line = line.trimmingBlanks()
      if line.isEmpty || line.first == "#" { continue }
      let parts = line.split(separator: ":", omittingEmptySubsequences: false)
      if parts.count == 3, parts[1] == "sha256" {
        guard let digest = Digest(hex: parts[2]) else { throw KeysFileError(line: index + 1) }
        digests.append(digest)
      } else {
        add(key: line)
      }
    }
  }

  /// True if `isGood` says so of one of the keys that the request carries, in `X-CUTSOM-AUTH` (the original's
  /// spelling), in `X-CUSTOM-AUTH` or as a bearer token.
  static func shownKeys(_ request: Request, _ isGood: (UnsafeRawBufferPointer) -> Bool) -> Bool {
    request.withHeader("x-cutsom-auth") { $0.map(isGood) ?? false }
      || request.withHeader("x-custom-auth") { $0.map(isGood) ?? false }
      || request.withHeader("authorization") { value in
        guard let value, value.count > 7, isBearer(value) else { return false }
        return isGood(UnsafeRawBufferPointer(rebasing: value.dropFirst(7)))
      }
  }

  private static func isBearer(_ value: UnsafeRawBufferPointer) -> Bool {
    zip(value, "bearer ".utf8).allSatisfy { $0 | ($1 == 0x20 ? 0 : 0x20) == $1 }
  }

  /// Looks at every digest, so that the time does not tell which one came close.
  func holds(_ key: UnsafeRawBufferPointer) -> Bool {
    let digest = Digest(of: key)
    var found = false
    for known in digests where known == digest { found = true }
    return found
  }
}

/// A line of the keys file that is no key.
struct KeysFileError: Error, CustomStringConvertible {
  let line: Int
  var description: String { "line \(line): a hashed key is written name:sha256: and 64 hexadecimal digits" }
}

extension StringProtocol {
  fileprivate func trimmingBlanks() -> SubSequence {
    let start = firstIndex { !$0.isWhitespace } ?? endIndex
    let end = lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? start
    return self[start..<end]
  }
}
