import Options

/// The generator's command line, as data.
enum GeneratorOptions {
  static let rows = Option.integer(
    "rows", short: "n", default: 10_000, in: 1...Int.max, help: "customers to make")
  static let database = Option.secret(
    "database", short: "d", env: "DATABASE_URL", placeholder: "URL",
    help: "the database to load"
  ).explained(
    "A connection URL, as server(1) takes it; without one POSTGRES_DB or DB_NAME and their kin name it.")
  static let jobs = Option.integer(
    "jobs", short: "j", shownDefault: "one per core", in: 1...64,
    help: "COPYs at once; encoders with --out")
  static let seed = Option.integer(
    "seed", short: "s", default: 1, in: 0...Int.max, help: "the same seed makes the same customers")
  static let out = Option.text(
    "out", short: "o", placeholder: "FILE", help: "write a CSV file instead; needs no database")
  static let append = Option.action(
    "append", help: "into a table that has rows: add behind the highest id")
  static let replace = Option.action("replace", help: "into a table that has rows: remove them first")
  static let patience = Option.duration(
    "patience", default: .seconds(120), in: .zero ... .seconds(86_400),
    help: "wait so long for a database that went away")
  static let migrate = Option.action("migrate", help: "bring a schema that is behind forward before loading")

  static let program = Program(
    "generator", version: Release.version, summary: "Makes customers and loads them into PostgreSQL",
    commands: [
      Command(
        summary: "Load customers, or write them to a file",
        options: [rows, database, seed, out, append, replace, migrate], rare: [jobs, patience],
        examples: [
          "generator --rows 1000000 --database postgresql://localhost/roster",
          "generator --rows 1000000 --out customers.csv",
        ],
        exits: [
          .init(0, "all rows are there"), .init(1, "failed"), .init(2, "called the wrong way"),
          .init(4, "stopped part-way: the same command goes on"),
        ])
    ],
    related: ["server", "exporter"])
}

/// What the options ask for.
struct GeneratorSettings: Sendable {
  /// What to do about rows that are there already.
  enum OnRows: String, Sendable {
    case refuse, append, replace
  }

  let rows: Int64
  let seed: UInt64
  let jobs: Int
  let onRows: OnRows
  let isToldToMigrate: Bool
  /// Milliseconds to wait for a database that went away.
  let patience: UInt64

  /// Reads the options; `cores` is the default of `--jobs`.
  init(_ options: ParsedOptions, cores: Int) throws(UsageError) {
    rows = Int64(options[GeneratorOptions.rows])
    seed = UInt64(options[GeneratorOptions.seed])
    jobs = options[GeneratorOptions.jobs] ?? min(max(cores, 1), 64)
    patience = UInt64(options[GeneratorOptions.patience].wholeMilliseconds)
    isToldToMigrate = options[GeneratorOptions.migrate]
    switch (options[GeneratorOptions.append], options[GeneratorOptions.replace]) {
    case (true, true): throw UsageError("--append and --replace exclude each other; give one of them")
    case (true, false): onRows = .append
    case (false, true): onRows = .replace
    case (false, false): onRows = .refuse
    }
    guard options[GeneratorOptions.out] != nil else { return }
    for option in [GeneratorOptions.append, GeneratorOptions.replace, GeneratorOptions.migrate]
    where options[option] {
      throw UsageError("--\(option.definition.name) is about a database; leave it or --out away")
    }
    if options.source(of: GeneratorOptions.database) == .argument {
      throw UsageError("--out needs no database; leave --database or --out away")
    }
  }
}
