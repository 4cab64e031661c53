import Options

/// The server's command line, as data.
enum ServerOptions {
  static let host = Option.text(
    "host", default: "127.0.0.1", placeholder: "ADDRESS", help: "address to listen on")
  static let port = Option.integer(
    "port", short: "p", default: 5000, in: 0...65_535, help: "port; 0 takes a free one")
  static let loops = Option.integer(
    "loops", shownDefault: "one per core", in: 1...256, help: "event loops, one thread each")
  static let connections = Option.integer(
    "pg-connections", default: 2, in: 1...64, help: "connections that read, per loop")
  static let writeConnections = Option.integer(
    "pg-write-connections", default: 2, in: 1...64, help: "connections that write, per loop")
  static let queue = Option.integer(
    "pg-queue", default: 1024, in: 1...1_000_000, help: "queries that may wait, per connection"
  ).explained("One more gets 503.")
  static let keys = Option.secret(
    "api-keys", env: "ROSTER_API_KEYS", placeholder: "KEYS", help: "keys, with commas between"
  ).explained("The variable keeps them out of the list of processes; a file is better still.")
  static let keysFile = Option.text(
    "api-keys-file", placeholder: "FILE", help: "keys, one a line; read again on SIGHUP"
  ).explained(
    "A line is a plain key, or name:sha256:HEX as the command key new prints it; # begins a comment.")
  static let clients = Option.integer(
    "max-clients", default: 10_000, in: 1...1_000_000, help: "clients at once"
  ).explained("Each loop lets its share of them in. More wait until one has gone.")
  static let unread = Option.size(
    "page-budget", default: 32 << 20, in: 1 << 20...1 << 40, help: "memory for pages not taken yet"
  ).explained(
    "All loops together. Beyond it pages get 503. Those who have no key share an eighth beside it.")
  static let headSize = Option.size(
    "head-size", default: 16 << 10, in: 1 << 10...1 << 20, help: "a request's header; then 431"
  ).explained("Half of it is for the first line, beyond which the answer is 414.")
  static let headTime = Option.duration(
    "head-time", default: .seconds(10), in: limits, help: "for a header to arrive; then 408")
  static let bodyTime = Option.duration(
    "body-time", default: .seconds(30), in: limits, help: "for a body to arrive; then 408"
  ).explained("Of an import: for its next piece. There is no limit for the whole.")
  static let readerTime = Option.duration(
    "reader-time", default: .seconds(30), in: limits, help: "for a client to take something"
  ).explained("A connection whose client takes nothing of its answer for so long is cut.")
  static let idleTime = Option.duration(
    "idle-time", default: .seconds(75), in: limits, help: "rest between two requests"
  ).explained("A connection that rests for longer is closed.")
  private static let limits: ClosedRange<Duration> = .milliseconds(50)...(.seconds(86_400))
  static let gzipFrom = Option.size(
    "gzip-from", default: 1 << 10, in: 1...1 << 40, help: "smallest answer to compress"
  ).explained("Only for clients that ask for it.")
  static let imports = Option.integer(
    "imports", default: 2, in: 1...64, help: "imports at once; more get 503"
  ).explained("Each has a connection to PostgreSQL of its own.")
  static let importSize = Option.size(
    "import-size", default: 16 << 30, in: 1 << 10...1 << 40, help: "largest file to import"
  ).explained("As it comes and, if it is compressed, unpacked; a longer one gets 413.")
  static let metricsOpen = Option.toggle("metrics-open", help: "/metrics needs no key")
  static let swaggerUI = Option.text(
    "swagger-ui", shownDefault: "as installed", placeholder: "FOLDER", help: "files of /api/docs/")
  static let statementTimeout = Option.duration(
    "statement-timeout", default: .seconds(5), in: .milliseconds(10)...(.seconds(3600)),
    help: "PostgreSQL ends a query then")
  static let drain = Option.duration(
    "drain-time", default: .seconds(10), in: .milliseconds(0)...(.seconds(3600)),
    help: "to finish answers after SIGTERM")
  static let migrate = Option.action("migrate", help: "bring the schema forward before serving")
  static let log = Option.choice(
    "log", default: "auto", of: ["auto", "json", "text"], help: "form of the log"
  ).explained("Text on a terminal, JSON elsewhere, if left at auto.")
  static let logLevel = Option.choice(
    "log-level", default: "info", of: ["debug", "info", "warning", "error"], help: "debug logs every request")

  static let askedHost = Option.text(
    "host", default: "127.0.0.1", placeholder: "ADDRESS", help: "where the server listens")
  static let askedPort = Option.integer("port", short: "p", default: 5000, in: 0...65_535, help: "its port")

  static let program = Program(
    "server", version: Release.version, summary: "Serves customers from PostgreSQL over HTTP",
    takesConnectionURL: true,
    commands: [
      Command(
        "serve", summary: "Serve until SIGTERM; what is done without a command",
        groups: [
          .init("Listening", [host, port], rare: [loops, clients]),
          .init("Keys", [keysFile, keys], rare: [metricsOpen]),
          .init("PostgreSQL", [migrate], rare: [statementTimeout, connections, writeConnections, queue]),
          .init(
            "Limits", [],
            rare: [
              unread, gzipFrom, headSize, headTime, bodyTime, readerTime, idleTime, drain, imports,
              importSize,
            ]),
          .init(
            "Registered users out of SQL Server", ImportOptions.common + ImportOptions.rare,
            listedBy: "import customers"),
          .init("Log and pages", [log, logLevel], rare: [swaggerUI]),
        ],
        examples: [
          "server postgresql:///roster --api-keys-file keys --migrate",
          "DATABASE_URL=postgresql://db/roster ROSTER_API_KEYS=secret server --port 8080",
        ]),
      Command(
        "import", "customers",
        summary: "Import the registered users of a SQL Server",
        options: ImportOptions.common, rare: ImportOptions.rare + [log, logLevel],
        examples: ["MSSQL_HOST=db MSSQL_USER=reader server postgresql:///roster import customers"]),
      Command(
        "migrate", "up", summary: "Apply the migrations that are missing",
        examples: ["server postgresql:///roster migrate up"]),
      Command(
        "migrate", "down", summary: "Take the last migration back",
        examples: ["server postgresql:///roster migrate down"]),
      Command(
        "migrate", "redo", summary: "Take the last migration back and apply it again",
        examples: ["server postgresql:///roster migrate redo"]),
      Command(
        "migrate", "status", summary: "Say which are applied, and if the schema fits",
        examples: ["server postgresql:///roster migrate status && echo fits"],
        exits: [.init(0, "the schema fits"), .init(1, "it does not")]),
      Command(
        "migrate", "describe",
        summary: "Print what each table and column is, in Markdown",
        examples: ["server postgresql:///roster migrate describe >tables.md"]),
      Command(
        "migrate", "new", summary: "Make the files of a migration, in the source tree",
        operands: [Operand("NAME", help: "what it does, such as add_city")], usesDatabase: false,
        examples: ["server migrate new add_city"]),
      Command(
        "key", "new", summary: "Make a key, and its line for --api-keys-file",
        operands: [Operand("NAME", help: "whose key it is: letters, digits, . _ -")],
        usesDatabase: false, examples: ["server key new exporter"]),
      Command(
        "health", summary: "Ask a running server whether it is ready", options: [askedHost, askedPort],
        usesDatabase: false, examples: ["server health --port 5000"],
        exits: [.init(0, "it is ready"), .init(1, "it is not")]),
    ] + ScriptOptions.commands,
    sections: [
      ManualSection(
        "CONNECTION URL",
        .paragraph(
          "A URL of PostgreSQL, such as postgresql://user@host:5432/database, or pairs such as host=/run/postgresql "
            + "dbname=roster. Several hosts and the schemes of SQLAlchemy (postgresql+psycopg2://) are understood. A "
            + "password in it is overwritten in the list of processes; DATABASE_URL or ~/.pgpass never shows it."
        ),
        .paragraph("Without the argument the first of these is taken:"),
        .term("DATABASE_URL", "A connection URL."),
        .term(
          "POSTGRES_DB, POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_HOST, POSTGRES_PORT", "Its parts."),
        .term("DB_NAME, DB_USER, DB_PASS, DB_HOST, DB_PORT", "The same under other names."),
        .term(
          "DATABASE_URL_FILE, POSTGRES_PASSWORD_FILE, DB_PASS_FILE",
          "Files with the secret in them, in place of the variable without _FILE.")),
      ManualSection(
        "SIGNALS",
        .term("SIGTERM, SIGINT", "Finish what is under way and exit with 0; the second one ends at once."),
        .term("SIGHUP", "Read the file of keys again.")),
      ManualSection(
        "EXIT STATUS", .term("0", "Done, or stopped in good order."),
        .term("1", "Failed; the last line says why."), .term("2", "Called the wrong way.")),
    ],
    related: ["generator", "exporter"])
}
