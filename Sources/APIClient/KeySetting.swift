import Glibc
public import Options

/// Where the key of a program that asks the API comes from.
public enum KeySetting {
  /// The key itself.
  public static let key = Option.secret(
    "key", env: "ROSTER_API_KEY", placeholder: "KEY",
    help: "the API key"
  ).explained("A file or the variable keeps it out of the list of processes.")
  /// A file that holds it.
  public static let keyFile = Option.text(
    "key-file", env: "ROSTER_API_KEY_FILE", placeholder: "FILE", help: "the key is its first line"
  )

  /// The key that the options give.
  ///
  /// - Throws: `UsageError` if there is none, or more than one.
  public static func key(_ options: ParsedOptions) throws(UsageError) -> String {
    let fromArgument = options.source(of: key) == .argument
    let fileFromArgument = options.source(of: keyFile) == .argument
    if fromArgument, fileFromArgument {
      throw UsageError("--key and --key-file are both given; leave one of them out")
    }
    let found: String
    // What was given by argument counts more than what the environment says.
    if let path = options[keyFile], !fromArgument {
      found = try read(path)
    } else if let given = options[key] {
      found = given
    } else {
      throw UsageError("a key is missing; give --key-file FILE or set ROSTER_API_KEY")
    }
    guard found.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
      throw UsageError("the key holds blanks or control characters, which no header carries; check it")
    }
    return found
  }

  /// The first line that says something.
  private static func read(_ path: String) throws(UsageError) -> String {
    let lines = try text(path).split(whereSeparator: \.isNewline)
    let trimmed = lines.map { line in
      line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
    }
    guard let key = trimmed.first(where: { !$0.isEmpty && $0.first != "#" }) else {
      throw UsageError("--key-file: \(path) holds no key; put it alone on the first line")
    }
    return String(key)
  }

  /// The text of a file of at most 64 KiB; nothing if it is larger or no UTF-8.
  private static func text(_ path: String) throws(UsageError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 64 * 1024 + 1)
    var length = 0
    while length < bytes.count {
      let count = bytes.withUnsafeMutableBytes { room in
        Glibc.read(descriptor, room.baseAddress.map { $0 + length }, room.count - length)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw unreadable(path) }
      if count == 0 { return String(validating: bytes[..<length], as: UTF8.self) ?? "" }
      length += count
    }
    return ""
  }

  private static func unreadable(_ path: String) -> UsageError {
    UsageError("--key-file: \(path): \(String(cString: strerror(errno))); name a file that can be read")
  }
}
