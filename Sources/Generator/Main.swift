import EventLoop
import Glibc
import Options
import Postgres
import Progress

/// The generator's entry: reads the command line and makes the customers.
@main
struct Main {
  static func main() {
    let options = GeneratorOptions.program.start()
    do throws(UsageError) {
      let run = try Self.run(options)
      Loop.exit(Loop.main { await run.status(on: $0) })
    } catch {
      GeneratorOptions.program.exit(because: error)
    }
  }

  private static func run(_ options: ParsedOptions) throws(UsageError) -> GeneratorRun {
    let settings = try GeneratorSettings(options, cores: sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    if let path = options[GeneratorOptions.out] {
      return GeneratorRun(settings: settings, output: .file(CSVRun(settings: settings, path: path)))
    }
    do {
      let database = try ConnectionSettings.resolve(
        argument: options.source(of: GeneratorOptions.database) == .argument
          ? options[GeneratorOptions.database] : nil,
        environment: { Environment.process[$0] })
      return GeneratorRun(
        settings: settings, output: .database(DatabaseRun(settings: settings, database: database)))
    } catch {
      throw UsageError("\(error)")
    }
  }
}
