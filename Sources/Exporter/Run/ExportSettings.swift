import Glibc
import Options

/// What the command line comes to.
struct ExportSettings: Sendable {
  /// Where the rows go.
  enum Destination: Equatable, Sendable {
    case file(ExportPaths)
    case standardOutput
  }

  var fetch: FetchSettings
  var destination: Destination
  var kind: OutputKind
  var start: ExportStart
  /// End at a settled id.
  var isConsistent: Bool
  /// Milliseconds to wait for ids to settle.
  var settleTime: UInt64

  /// - Throws: `UsageError`, naming the option.
  init(_ options: ParsedOptions) throws(UsageError) {
    fetch = try FetchSettings(options, url: options[ExporterOptions.url])
    guard let target = options[ExporterOptions.out] else {
      throw UsageError("--out is missing; name the file to write, such as --out customers.csv")
    }
    kind = try KindSetting.kind(options, target)
    start = try Self.start(options)
    isConsistent = options[ExporterOptions.consistent]
    settleTime = UInt64(options[ExporterOptions.settleTime].wholeMilliseconds)
    destination = try Self.destination(target, kind)
    if destination == .standardOutput, start != .goOn {
      throw UsageError(
        "--out - always begins again and leaves nothing to update; leave --restart or --update out")
    }
  }

  private static func start(_ options: ParsedOptions) throws(UsageError) -> ExportStart {
    switch (options[ExporterOptions.restart], options[ExporterOptions.update]) {
    case (true, true):
      throw UsageError(
        "--restart and --update are both given; leave out --restart to go on from the finished file")
    case (true, false): return .anew
    case (false, true): return .update
    case (false, false): return .goOn
    }
  }

  private static func destination(_ target: String, _ kind: OutputKind) throws(UsageError) -> Destination {
    if target == "-" {
      if kind == .sqlite {
        throw UsageError("--format sqlite needs a file to write; name one, such as --out customers.sqlite")
      }
      // A descriptor that is closed would be the next file's.
      if fcntl(STDOUT_FILENO, F_GETFD) < 0 {
        throw UsageError("--out -: standard output is closed; open it or name a file")
      }
      return .standardOutput
    }
    let paths = ExportPaths(target: target)
    if target.hasSuffix("/") || paths.isTaken {
      throw UsageError(
        "--out: \(target) is no plain file; name one, such as customers.csv, or - for standard output")
    }
    return .file(paths)
  }

  /// Whether a later run can go on where this one was stopped.
  var canGoOn: Bool { destination != .standardOutput }

  /// Opens what the rows go to. Blocks.
  func open() throws(OutputError) -> OpenedOutput {
    switch destination {
    case .file(let paths):
      return
        try kind.open(paths, url: fetch.endpoint.url, isConsistent: isConsistent, start: start)
    case .standardOutput: return try StreamOutput.open(kind, on: StandardOutput())
    }
  }
}
