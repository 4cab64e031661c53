internal import Glibc

/// The files of a migration that is yet to be written.
public struct MigrationFiles: Sendable, Equatable {
  /// Where the SQL that applies it goes.
  public let up: String
  /// Where the SQL that takes it back goes.
  public let down: String
  /// The line for `Migration.all`.
  public let listing: String

  /// The files for the next version behind `known`, in `folder`.
  ///
  /// `name` is made of `a` to `z`, digits and `_`, and begins with a letter; nil otherwise.
  public init?(name: String, after known: [Migration] = Migration.all, in folder: String) {
    let isFine = name.utf8.allSatisfy { byte in
      (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
    }
    guard isFine, let first = name.first, first.isLetter, name.utf8.count <= 60 else { return nil }
    let version = (known.last?.version ?? 0) + 1
    let base = "V\(fourDigits(version))_\(name)"
    up = "\(folder)/\(base).up.sql"
    down = "\(folder)/\(base).down.sql"
    listing =
      "Migration(\(version), \"\(name)\", up: PackageResources.\(base)_up_sql, "
      + "down: PackageResources.\(base)_down_sql),"
  }

  /// Makes both files, with a comment in each. Gives what went wrong, in one line, and then leaves neither.
  public func create() -> String? {
    if let failure = Self.write("-- What this does, and why.\n", to: up) { return failure }
    if let failure = Self.write("-- Takes it back; leave this file empty if that cannot be done.\n", to: down)
    {
      unlink(up)
      return failure
    }
    return nil
  }

  private static func write(_ text: String, to path: String) -> String? {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard file >= 0 else { return "cannot create \(path): \(String(cString: strerror(errno)))" }
    defer { close(file) }
    let bytes = Array(text.utf8)
    guard Glibc.write(file, bytes, bytes.count) == bytes.count else {
      let reason = String(cString: strerror(errno))
      unlink(path)
      return "cannot write \(path): \(reason)"
    }
    return nil
  }
}
