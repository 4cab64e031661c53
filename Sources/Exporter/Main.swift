import EventLoop
import Options

/// The exporter's entry: reads the command line and runs what it asks for on a loop.
@main
struct Main {
  static func main() {
    let options = ExporterOptions.program.start()
    do throws(UsageError) {
      if options.command == ["verify"] {
        let command = VerifyCommand(settings: try VerifySettings(options))
        Loop.exit(Loop.main { await command.run(on: $0) })
      }
      let command = ExportCommand(settings: try ExportSettings(options))
      Loop.exit(Loop.main { await command.run(on: $0) })
    } catch {
      ExporterOptions.program.exit(because: error)
    }
  }
}
