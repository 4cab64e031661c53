internal import Digest

/// One step of the schema: plain SQL forth and back.
public struct Migration: Sendable, Equatable {
  /// Its place: 1, 2, 3, … without gaps.
  public let version: Int
  /// What it does, in `snake_case`.
  public let name: String
  /// The SQL that applies it. It runs in one transaction, so it holds no BEGIN and no COMMIT.
  public let up: String
  /// The SQL that takes it back; nothing but comments if that cannot be done.
  public let down: String
  /// SHA-256 of `up` in hexadecimal: what was applied must not change afterwards. (`down` may be mended.)
  public let checksum: String

  /// A migration from its parts.
  public init(_ version: Int, _ name: String, up: String, down: String) {
    self.version = version
    self.name = name
    self.up = up
    self.down = down
    checksum = SHA256Digest(of: up).hex
  }

  init(_ version: Int, _ name: String, up: [UInt8], down: [UInt8]) {
    self.init(
      version, name, up: String(decoding: up, as: UTF8.self), down: String(decoding: down, as: UTF8.self))
  }

  /// True if there is a way back.
  public var isReversible: Bool {
    down.split(whereSeparator: \.isNewline).contains { line in
      let code = line.drop(while: \.isWhitespace)
      return !code.isEmpty && !code.hasPrefix("--")
    }
  }

  /// `0001 customers`, as in messages.
  public var title: String { "\(fourDigits(version)) \(name)" }
}

/// A migration as the database remembers it.
public struct AppliedMigration: Sendable, Equatable {
  /// The version that was applied.
  public let version: Int
  /// Its name at that time.
  public let name: String
  /// Its checksum at that time.
  public let checksum: String
  /// When it was applied, `YYYY-MM-DD HH:MM:SS` in UTC.
  public let appliedAt: String

  /// A remembered migration.
  public init(version: Int, name: String, checksum: String, appliedAt: String) {
    self.version = version
    self.name = name
    self.checksum = checksum
    self.appliedAt = appliedAt
  }
}

/// `7` as `0007`; longer numbers as they are.
func fourDigits(_ number: Int) -> String {
  let digits = "\(number)"
  return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}
