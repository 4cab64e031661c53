import Digest
import Options

/// `key new NAME`: makes a key, shows it this once, and gives the line that lets its holder in.
struct NewKeyCommand {
  private let name: String

  init(name: String) throws(UsageError) {
    guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(Self.isFit) else {
      throw UsageError("\(name) is no name for a key; use up to 64 letters, digits, ., _ and -")
    }
    self.name = name
  }

  /// Two lines on standard output, the key and the line of the file, so that a script can take each of them.
  func run() -> Int32 {
    var random = SystemRandomNumberGenerator()
    let key = NewKey(name: name, using: &random)
    say("\(key.text)\n\(key.line)")
    complain(
      "the first line is the key, shown this once; the second belongs into the file of --api-keys-file, "
        + "which SIGHUP makes the server read again")
    return 0
  }

  private static func isFit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
  }
}

/// A key that nobody can guess, and what the server has to know of it.
struct NewKey {
  /// 256 bits in hexadecimal digits.
  let text: String
  /// `name:sha256:` and the digest.
  let line: String

  /// `random` must be one that cannot be predicted; the system's is.
  init(name: String, using random: inout some RandomNumberGenerator) {
    let key = (0..<4).map { _ in Self.hexadecimal(random.next()) }.joined()
    text = key
    line = "\(name):sha256:\(SHA256Digest(of: key).hex)"
  }

  private static func hexadecimal(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}
