import EventLoop
import Options
import Postgres

/// The server's entry: reads the command line and runs the command it names.
@main
struct Main {
  static func main() {
    let options = ServerOptions.program.start()
    do throws(UsageError) {
      Loop.exit(try run(options))
    } catch {
      ServerOptions.program.exit(because: error)
    }
  }

  private static func run(_ options: ParsedOptions) throws(UsageError) -> Int32 {
    if options.command == ["health"] {
      let health = HealthCommand(options)
      return Loop.main { await health.run(on: $0) }
    }
    if options.command == ["migrate", "new"] { return NewMigrationCommand(name: options.operands[0]).run() }
    if options.command == ["key", "new"] { return try NewKeyCommand(name: options.operands[0]).run() }
    switch options.command {
    case ["script", "generate_data"]:
      let generate = try GenerateDataCommand(options, cores: Loop.availableParallelism)
      return Loop.main { await generate.run(on: $0) }
    case ["script", "load_data"]:
      let load = try LoadDataCommand(options)
      return Loop.main { await load.run(on: $0) }
    default: break
    }
    let database = try connectionSettings(options)
    if options.command.first == "migrate", let word = options.command.last,
      let migrate = MigrateCommand(word: word, database: database)
    {
      return Loop.main { await migrate.run(on: $0) }
    }
    if options.command == ["import", "customers"] {
      let command = try ImportCommand(options, database: database)
      return Loop.main { await command.run(on: $0) }
    }
    let serve = ServeCommand(settings: try ServeSettings(options, database: database))
    return Loop.main { await serve.run(on: $0) }
  }

  private static func connectionSettings(_ options: ParsedOptions) throws(UsageError) -> ConnectionSettings {
    do {
      return try ConnectionSettings.resolve(
        argument: options.connectionURL, environment: { Environment.process[$0] })
    } catch {
      throw UsageError("\(error)")
    }
  }
}
