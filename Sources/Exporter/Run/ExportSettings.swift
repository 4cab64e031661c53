import Options

/// What the command line comes to.
struct ExportSettings: Sendable {
  var endpoint: Endpoint
  var paths: ExportPaths
  var format: CSVFormat
  var concurrency: Int
  var records: Int
  var restart: Bool
  var policy: RetryPolicy
  var stallSeconds: Int
  /// End at a settled id.
  var isConsistent: Bool
  /// Milliseconds to wait for ids to settle.
  var settleTime: UInt64

  /// - Throws: `UsageError`, naming the option.
  init(_ options: ParsedOptions) throws(UsageError) {
    let url: String
    do {
      url = try Endpoint.customersURL(options[ExporterOptions.url])
    } catch {
      throw UsageError("--url: \(error)")
    }
    let place = Endpoint.ArgumentPlace(rawValue: options[ExporterOptions.arguments]) ?? .query
    endpoint = Endpoint(url: url, key: try Self.key(options), arguments: place)
    paths = try Self.paths(options)
    format = CSVFormat(
      lineEnd: CSVFormat.LineEnd(rawValue: options[ExporterOptions.lineEnd]) ?? .lf,
      byteOrderMark: options[ExporterOptions.byteOrderMark])
    concurrency = options[ExporterOptions.concurrency]
    records = options[ExporterOptions.records]
    restart = options[ExporterOptions.restart]
    policy = RetryPolicy(patience: UInt64(options[ExporterOptions.patience].wholeMilliseconds))
    isConsistent = options[ExporterOptions.consistent]
    settleTime = UInt64(options[ExporterOptions.settleTime].wholeMilliseconds)
    stallSeconds = max(1, options[ExporterOptions.stall].wholeMilliseconds / 1000)
  }

  /// Memory for the pages under way, in bytes: it grows neither with the rows nor with the concurrency.
  static let pageMemory = 16 << 20

  /// What was begun without `--consistent` is not gone on with: rows may have appeared behind it since.
  var identity: ExportIdentity {
    ExportIdentity(
      url: endpoint.url, columns: CSVFormat.columnNames,
      format: format.signature + (isConsistent ? ",consistent" : ""))
  }

  private static func key(_ options: ParsedOptions) throws(UsageError) -> String {
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

  private static func paths(_ options: ParsedOptions) throws(UsageError) -> ExportPaths {
    guard let target = options[ExporterOptions.out] else {
      throw UsageError("--out is missing; name the file to write, such as --out customers.csv")
    }
    for ending in [".gz", ".ndjson", ".sqlite"] where target.hasSuffix(ending) {
      throw UsageError("--out: \(ending) is not a kind of file that this version writes; use .csv")
    }
    let paths = ExportPaths(target: target)
    if target == "-" || target.hasSuffix("/") || paths.isTaken {
      throw UsageError("--out: \(target) is no plain file; name one, such as customers.csv")
    }
    return paths
  }
}
