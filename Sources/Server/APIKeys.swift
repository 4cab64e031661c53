import Digest
import HTTP

/// The keys that open the data routes. Only their digests are kept.
struct APIKeys: Sendable {
  private var digests: [SHA256Digest] = []

  /// True if no key is configured.
  var isEmpty: Bool { digests.isEmpty }
  var count: Int { digests.count }

  mutating func add(key: some StringProtocol) {
    digests.append(SHA256Digest(of: key))
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
        guard let digest = SHA256Digest(hex: parts[2]) else { throw KeysFileError(line: index + 1) }
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

  /// Who asks: the first digits of the digest of the key that is shown.
  static func caller(of request: Request) -> Substring {
    var caller: Substring = "nobody"
    _ = shownKeys(request) { key in
      caller = SHA256Digest(of: key).hex.prefix(16)
      return true
    }
    return caller
  }

  private static func isBearer(_ value: UnsafeRawBufferPointer) -> Bool {
    zip(value, "bearer ".utf8).allSatisfy { $0 | ($1 == 0x20 ? 0 : 0x20) == $1 }
  }

  /// Looks at every digest, so that the time does not tell which one came close.
  func holds(_ key: UnsafeRawBufferPointer) -> Bool {
    let digest = SHA256Digest(of: key)
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
