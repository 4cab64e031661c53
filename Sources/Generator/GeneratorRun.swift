import EventLoop

/// A run from its first row to the line at its end.
struct GeneratorRun: Sendable {
  /// Where the rows go.
  enum Output: Sendable {
    case file(CSVRun)
    case database(DatabaseRun)
  }

  let settings: GeneratorSettings
  let output: Output

  /// Makes the rows and tells how it went; the program's exit status.
  func status(on loop: Loop) async -> Int32 {
    let progress = RunProgress(loop, total: settings.rows)
    do {
      try await StopSignals(loop).guarding {
        switch output {
        case .file(let run): try await run.run(on: loop, progress)
        case .database(let run): try await run.run(on: loop, progress)
        }
      }
      progress.finish()
      return 0
    } catch {
      progress.end()
      progress.say("\(error)")
      return 1
    }
  }
}
