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
      try await runUntilSignal(on: loop, progress)
      progress.finish()
      return 0
    } catch {
      progress.end()
      progress.say("\(error)")
      return 1
    }
  }

  /// Runs; when a signal comes, the run is canceled and waited for, and `Stopped` is thrown.
  private func runUntilSignal(on loop: Loop, _ progress: RunProgress) async throws {
    let stop = try StopSignals(loop)
    defer { stop.close() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        guard let signal = await stop.first() else { throw CancellationError() }
        throw Stopped(signal: StopSignals.name(of: signal))
      }
      group.addTask { try await output.run(on: loop, progress) }
      try await group.next()
      group.cancelAll()
    }
  }
}

extension GeneratorRun.Output {
  fileprivate func run(on loop: Loop, _ progress: RunProgress) async throws {
    switch self {
    case .file(let run): try await run.run(on: loop, progress)
    case .database(let run): try await run.run(on: loop, progress)
    }
  }
}

/// A run that was ended by a signal.
struct Stopped: Error, CustomStringConvertible {
  let signal: String
  var description: String { "stopped by \(signal)" }
}
