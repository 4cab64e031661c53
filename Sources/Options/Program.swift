/// A program's whole command line, as data.
///
///     let program = Program(
///       "exporter", version: "1.0", summary: "Writes all customers to a file",
///       commands: [Command(summary: "…", options: [out, url, key])])
///     let parsed = try program.parse(["--out", "customers.csv"], environment: ["ROSTER_API_KEY": "k"])
public struct Program: Sendable {
  /// What the user calls it.
  public var name: String
  /// What `--version` prints behind the name.
  public var version: String
  /// What it is for, one sentence without a period at its end.
  public var summary: String
  /// Its commands; the first is meant where the arguments name none.
  public var commands: [Command]
  /// True if a first operand with `://` or `=` in it is the connection URL.
  public var takesConnectionURL: Bool
  /// What its manual page says beside that.
  public var sections: [ManualSection]
  /// The programs whose manual pages go with its own.
  public var related: [String]

  /// A program; its first command is the one that needs no name.
  public init(
    _ name: String, version: String, summary: String, takesConnectionURL: Bool = false,
    commands: [Command], sections: [ManualSection] = [], related: [String] = []
  ) {
    self.name = name
    self.version = version
    self.summary = summary
    self.takesConnectionURL = takesConnectionURL
    self.commands = commands
    self.sections = sections
    self.related = related
  }

  /// What the arguments ask for.
  public enum Request: Sendable {
    /// To run a command.
    case run(ParsedOptions)
    /// To print this text (help, version, manual page or completion) and exit 0.
    case show(String)
  }

  static let help = Option.action("help", short: "h", help: "show this help")
  static let fullHelp = Option.action("help-all", help: "show all options, and the exit codes")
  static let showVersion = Option.action("version", help: "show the version")
  static let manual = Option.action("man", help: "print the manual page")
  static let completion = Option.action("completion", help: "print the completion for bash")
  /// What every command understands, and has in its help.
  static let everywhere = [help, fullHelp].map(\.definition)
  /// What the program has beside that, whatever the command.
  static let once = [showVersion, manual, completion].map(\.definition)

  /// Reads `vector` and `environment`; secrets in `vector` are overwritten on the way.
  public func request(
    _ vector: ArgumentVector, environment: Environment
  ) throws(UsageError) -> Request {
    var scan = ArgumentScan(vector, options: allOptions, isSecretOperand: mayHoldPassword)
    let url = takeConnectionURL(&scan.operands)
    if scan.values["version"] != nil { return .show("\(name) \(version)\n") }
    if scan.values["help-all"] != nil { return .show(help(for: scan.operands, isFull: true)) }
    if scan.values["help"] != nil { return .show(help(for: scan.operands, isFull: false)) }
    if scan.values["man"] != nil { return .show(manualPage) }
    if scan.values["completion"] != nil { return .show(bashCompletion) }
    if let mistake = scan.mistake { throw mistake }

    let (command, operands) = try findCommand(scan.operands)
    try checkOperands(operands, of: command)
    try checkBelonging(scan.values.keys.sorted(), to: command)
    var values: [String: OptionValue] = [:]
    var sources: [String: OptionSource] = [:]
    for option in command.options {
      guard let (value, source) = try read(option, scan.values[option.name], environment) else { continue }
      values[option.name] = value
      sources[option.name] = source
    }
    return .run(
      ParsedOptions(
        command: command.path, connectionURL: url, operands: operands, values: values, sources: sources))
  }

  /// Reads arguments that ask for nothing to be shown; those are an error here. For tests and for what
  /// is not a process.
  public func parse(
    _ arguments: [String], environment: Environment = [:]
  ) throws(UsageError) -> ParsedOptions {
    switch try request(ArgumentVector(arguments), environment: environment) {
    case .run(let parsed): return parsed
    case .show(let text): throw UsageError(text)
    }
  }

  /// Every option of every command, each name once: which of them a command takes is decided when the
  /// command is known, so that options may stand anywhere.
  var allOptions: [OptionDefinition] {
    var seen: Set<String> = []
    return (commands.flatMap(\.options) + Self.everywhere + Self.once).filter {
      seen.insert($0.name).inserted
    }
  }

  private func read(
    _ option: OptionDefinition, _ argument: String??, _ environment: Environment
  ) throws(UsageError) -> (OptionValue, OptionSource)? {
    if let argument {
      guard let text = argument else { return (.flag(true), .argument) }
      return (try read(text, as: option, name: "--\(option.name)", separator: " "), .argument)
    }
    guard let variable = option.environment, let text = environment[variable] else { return nil }
    return (try read(text, as: option, name: variable, separator: "="), .environment)
  }

  private func read(
    _ text: String, as option: OptionDefinition, name: String, separator: String
  ) throws(UsageError) -> OptionValue {
    do {
      return try option.kind.read(text)
    } catch {
      let subject = option.isSecret ? "the value" : quoted(text)
      let separator = option.isFlag ? "=" : separator
      throw UsageError(
        "\(name): \(subject) \(error.complaint); \(error.advice), such as \(name)\(separator)\(error.example)"
      )
    }
  }
}
