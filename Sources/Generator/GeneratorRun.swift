import EventLoop
import Meters

/// A run from its first row to the line at its end.
struct GeneratorRun: Sendable {
  /// Where the rows go.
  enum Output: Sendable {
    case file(CSVRun)
    case database(DatabaseRun)
  }

  /// The exit code of a load that stopped part-way: the same command goes on with it.
  static let canGoOn: Int32 = 4

  let settings: GeneratorSettings
  let output: Output

  /// Makes the rows and tells how it went; the program's exit status.
  func status(on loop: Loop) async -> Int32 {
    let progress = RunProgress(loop, total: settings.rows, program: "generator")
    let (result, signal) = await runUntilSignal(on: loop, progress)
    let reason = signal.map { "stopped by \(StopSignals.name(of: $0))" }
    switch result {
    case .success:
      progress.finish("generated")
      return 0
    case .failure(let error as LoadInterruption):
      progress.end()
      progress.say(reason.map { "\($0); \(error)" } ?? "\(error)")
      return Self.canGoOn
    case .failure(let error):
      progress.end()
      progress.say(error is CancellationError ? reason ?? "canceled" : "\(error)")
      return 1
    }
  }

  private enum Event: Sendable {
    case signal(Int32?)
    case ended(Result<Void, any Error>)
  }

  /// Runs; when a signal comes, the run is canceled and waited for.
  private func runUntilSignal(
    on loop: Loop, _ progress: RunProgress
  ) async -> (Result<Void, any Error>, signal: Int32?) {
    let stop: StopSignals
    do { stop = try StopSignals(loop) } catch { return (.failure(error), nil) }
    defer { stop.close() }
    return await withTaskGroup(of: Event.self) { group in
      group.addTask { .signal(await stop.first()) }
      group.addTask {
        do { return .ended(.success(try await output.run(on: loop, progress))) } catch {
          return .ended(.failure(error))
        }
      }
      var result: Result<Void, any Error> = .failure(CancellationError())
      var signal: Int32?
      for await event in group {
        switch event {
        case .signal(let number): signal = number
        case .ended(let outcome): result = outcome
        }
        // Whichever comes first, the other one has no more to do.
        group.cancelAll()
      }
      return (result, signal)
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
