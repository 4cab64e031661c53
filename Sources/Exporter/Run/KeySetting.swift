import Options

/// Where the key comes from.
enum KeySetting {
  /// - Throws: `UsageError` if there is none, or more than one.
  static func key(_ options: ParsedOptions) throws(UsageError) -> String {
    let fromArgument = options.source(of: ExporterOptions.key) == .argument
    let fileFromArgument = options.source(of: ExporterOptions.keyFile) == .argument
    if fromArgument, fileFromArgument {
      throw UsageError("--key and --key-file are both given; leave one of them out")
    }
    let key: String
    // What was given by argument counts more than what the environment says.
    if let path = options[ExporterOptions.keyFile], !fromArgument {
      key = try read(path)
    } else if let given = options[ExporterOptions.key] {
      key = given
    } else {
      throw UsageError("a key is missing; give --key-file FILE or set ROSTER_API_KEY")
    }
    guard key.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
      throw UsageError("the key holds blanks or control characters, which no header carries; check it")
    }
    return key
  }

  /// The first line that says something.
  private static func read(_ path: String) throws(UsageError) -> String {
    let file: Descriptor
    do {
      file = try Descriptor(path, 0)
    } catch {
      throw UsageError("--key-file: \(error); name a file that can be read")
    }
    let lines = (readSmallFile(file) ?? "").split(whereSeparator: \.isNewline)
    let trimmed = lines.map { line in
      line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
    }
    guard let key = trimmed.first(where: { !$0.isEmpty && $0.first != "#" }) else {
      throw UsageError("--key-file: \(path) holds no key; put it alone on the first line")
    }
    return String(key)
  }
}
