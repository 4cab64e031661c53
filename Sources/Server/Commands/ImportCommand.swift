import EventLoop
import Options
import Postgres
import Schema

/// `import customers`: what the route does, from a command line.
struct ImportCommand: Sendable {
  private let settings: SourceSettings
  private let database: ConnectionSettings
  private let log: Log

  /// Milliseconds for what is being written when a signal comes.
  private static let grace: UInt64 = 10_000

  init(_ options: ParsedOptions, database: ConnectionSettings) throws(UsageError) {
    guard let settings = try SourceSettings(options) else {
      throw UsageError("no SQL Server is named; give --mssql-host or set MSSQL_HOST")
    }
    self.settings = settings
    self.database = database
    log = Log(format: options[ServerOptions.log], level: options[ServerOptions.logLevel])
  }

  func run(on loop: Loop) async -> Int32 {
    do {
      let signals = try StopSignals(loop)
      defer { signals.close() }
      _ = try await Migrator(loop, database).prepare()
      let customerImport = CustomerImport(settings, database) { [log] in log($0) }
      let watch = loop.start {
        guard await signals.first() != nil else { return }
        await customerImport.stop(on: loop, within: Self.grace)
      }
      defer { watch.cancel() }
      let outcome = await customerImport.outcome(on: loop)
      log.finish()
      switch outcome {
      case .finished(let counts)?:
        say(counts.line)
        return 0
      case .failed(let failure, let counts)?:
        complain("server: \(failure); \(counts.line)")
      case .stopped(let counts)?:
        complain("server: stopped; \(counts.line); the same command goes on")
      case nil: complain("server: stopped")
      }
    } catch {
      log.finish()
      complain("server: \(error)")
    }
    return 1
  }
}

extension ImportCounts {
  fileprivate var line: String {
    "read \(read), inserted \(inserted), updated \(updated), unchanged \(unchanged), rejected \(rejected)"
  }
}
