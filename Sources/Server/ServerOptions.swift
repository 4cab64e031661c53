import Options

/// The server's command line, as data.
enum ServerOptions {
  static let host = Option.text(
    "host", default: "127.0.0.1", placeholder: "ADDRESS", help: "address to listen on")
  static let port = Option.integer(
    "port", short: "p", default: 5000, in: 0...65_535, help: "port to listen on; 0 takes a free one")
  static let loops = Option.integer(
    "loops", shownDefault: "one per core", in: 1...256, help: "event loops, one thread each")
  static let connections = Option.integer(
    "pg-connections", default: 2, in: 1...64, help: "connections to PostgreSQL that read, per loop")
  static let writeConnections = Option.integer(
    "pg-write-connections", default: 2, in: 1...64, help: "connections to PostgreSQL that write, per loop")
  static let queue = Option.integer(
    "pg-queue", default: 1024, in: 1...1_000_000,
    help: "queries that may wait, per connection to PostgreSQL; more get 503")
  static let keys = Option.secret(
    "api-keys", env: "ROSTER_API_KEYS", placeholder: "KEYS",
    help: "keys that open the data routes, with commas between")
  static let keysFile = Option.text(
    "api-keys-file", shownDefault: "none", placeholder: "FILE",
    help: "keys, one a line: plain or name:sha256:HEX; read again on SIGHUP")
  static let clients = Option.integer(
    "max-clients", default: 10_000, in: 1...1_000_000, help: "clients at once, all loops together")
  static let unread = Option.size(
    "page-budget", default: 32 << 20, in: 1 << 20...1 << 40,
    help: "memory for pages that clients have not taken yet")
  static let headSize = Option.size(
    "head-size", default: 16 << 10, in: 1 << 10...1 << 20,
    help: "header of a request, half of it for the first line; beyond, 431 or 414")
  static let headTime = Option.duration(
    "head-time", default: .seconds(10), in: limits, help: "for a header to arrive; then 408")
  static let bodyTime = Option.duration(
    "body-time", default: .seconds(30), in: limits, help: "for a body to arrive; then 408")
  static let readerTime = Option.duration(
    "reader-time", default: .seconds(30), in: limits, help: "a client that takes nothing for so long is cut")
  static let idleTime = Option.duration(
    "idle-time", default: .seconds(75), in: limits, help: "a connection may rest between requests for so long"
  )
  private static let limits: ClosedRange<Duration> = .milliseconds(50)...(.seconds(86_400))
  static let gzipFrom = Option.size(
    "gzip-from", default: 1 << 10, in: 1...1 << 40,
    help: "smallest answer that is compressed for those who ask")
  static let metricsOpen = Option.toggle("metrics-open", help: "/metrics needs no key")
  static let swaggerUI = Option.text(
    "swagger-ui", shownDefault: "where it is installed", placeholder: "FOLDER",
    help: "files of /api/docs/")
  static let statementTimeout = Option.duration(
    "statement-timeout", default: .seconds(5), in: .milliseconds(10)...(.seconds(3600)),
    help: "PostgreSQL ends a query after this")
  static let drain = Option.duration(
    "drain-time", default: .seconds(10), in: .milliseconds(0)...(.seconds(3600)),
    help: "time for answers under way after SIGTERM")
  static let migrate = Option.action("migrate", help: "bring a schema that is behind forward before serving")
  static let log = Option.choice(
    "log", default: "auto", of: ["auto", "json", "text"], help: "form of the log")
  static let logLevel = Option.choice(
    "log-level", default: "info", of: ["debug", "info", "warning", "error"], help: "debug logs every request")

  static let program = Program(
    "server", version: Release.version, summary: "Serves customers from PostgreSQL over HTTP",
    takesConnectionURL: true,
    commands: [
      Command(
        "serve", summary: "Serve until SIGTERM",
        options: [
          host, port, loops, connections, writeConnections, queue, keys, keysFile, clients, unread, headSize,
          headTime,
          bodyTime,
          readerTime, idleTime, statementTimeout, drain, gzipFrom, metricsOpen, swaggerUI, migrate, log,
          logLevel,
        ],
        examples: [
          "server postgresql:///roster --api-keys-file keys",
          "DATABASE_URL=postgresql://db/roster ROSTER_API_KEYS=secret server --port 8080",
        ]),
      Command("migrate", "up", summary: "Apply the migrations that are missing"),
      Command("migrate", "down", summary: "Take the last migration back"),
      Command("migrate", "redo", summary: "Take the last migration back and apply it again"),
      Command(
        "migrate", "status", summary: "Say which migrations are applied; exit 1 if the schema does not fit"),
      Command(
        "migrate", "describe",
        summary: "Print the data dictionary: what each table and column is, in Markdown"),
      Command(
        "migrate", "new", summary: "Make the files of a migration, in the source tree",
        operands: [Operand("NAME", help: "what it does, such as add_city")]),
      Command(
        "key", "new", summary: "Make a key: prints it, and the line for --api-keys-file",
        operands: [Operand("NAME", help: "whose key it is: letters, digits, . _ -")],
        examples: ["server key new exporter"]),
      Command(
        "health", summary: "Ask a running server whether it is ready", options: [host, port],
        examples: ["server health --port 5000"]),
    ])
}
