import Options

/// A program with every kind of option, shaped like the server.
enum Sample {
  static let host = Option.text("host", default: "127.0.0.1", placeholder: "ADDRESS", help: "where to listen")
  static let port = Option.integer(
    "port", short: "p", default: 5000, in: 0...65_535, help: "port to listen on")
  static let loops = Option.integer(
    "loops", shownDefault: "one per core", in: 1...1024, help: "event loops, one thread each")
  static let budget = Option.size(
    "page-budget", default: 32 << 20, in: 1 << 20...1 << 40, help: "memory for pages that wait")
  static let timeout = Option.duration(
    "timeout", env: "MSSQL_TIMEOUT", default: .seconds(30), in: .milliseconds(1)...(.seconds(86_400)),
    help: "how long to wait")
  static let log = Option.choice("log", default: "auto", of: ["auto", "json", "text"], help: "how to log")
  static let level = Option.choice(
    "level", default: "info", of: ["debug", "info", "warning", "error"], help: "what to log")
  static let bom = Option.toggle("bom", help: "begin with a byte order mark")
  static let key = Option.secret("key", env: "ROSTER_API_KEY", placeholder: "KEY", help: "the key")
  static let keysFile = Option.text(
    "api-keys-file", shownDefault: "none", placeholder: "FILE", help: "a file of keys, one a line"
  ).explained("Lines that begin with # are comments.")
  static let replace = Option.action("replace", help: "empty the table first")
  static let dryRun = Option.action("dry-run", help: "only say what would be done")

  static let program = Program(
    "server", version: "1.2.3", summary: "Serves the customers", takesConnectionURL: true,
    commands: [
      Command(
        "serve", summary: "Serve until told to stop",
        groups: [
          .init("Listening", [host, port], rare: [loops, budget, timeout]),
          .init("The rest", [log, level], rare: [bom, key, keysFile, replace]),
        ],
        examples: ["server postgresql:///roster", "server postgresql:///roster --port 8080"]),
      Command("migrate", "up", summary: "Apply what is missing", options: [dryRun]),
      Command("migrate", "down", summary: "Take the last step back", options: [dryRun]),
      Command(
        "migrate", "new", summary: "Make files for a migration",
        operands: [Operand("NAME", help: "what it does")], usesDatabase: false),
      Command(
        "import", "interactions", summary: "Read a workbook",
        operands: [
          Operand("FILE", help: "the workbook"), Operand("SHEET", help: "only this sheet", isOptional: true),
        ]),
    ])

  /// The message of the usage error that `arguments` are.
  static func mistake(_ arguments: String..., environment: Environment = [:]) -> String {
    do throws(UsageError) {
      _ = try program.parse(arguments, environment: environment)
      return "no error"
    } catch {
      return error.description
    }
  }
}
