import EventLoop
import ODBC
import Postgres
import Synchronization

/// The import, for all loops of a server: at most one runs, and whoever asks meanwhile waits for the same outcome.
final class CustomerImport: Sendable {
  /// Nil where no SQL Server is named.
  private let settings: SourceSettings?
  private let database: ConnectionSettings
  private let observe: @Sendable (Observation) -> Void
  private let threads = ODBCThreads(limit: mostThreads)
  private let state = Mutex(State())

  /// Threads that may hang in the driver before no further import is begun.
  private static let mostThreads = 4

  private struct State {
    var running: Running?
    var isStopping = false
  }

  private struct Running: Sendable {
    let loop: Loop
    let run: ImportRun
    let task: Task<ImportOutcome, Never>
  }

  init(
    _ settings: SourceSettings?, _ database: ConnectionSettings,
    observe: @escaping @Sendable (Observation) -> Void
  ) {
    self.settings = settings
    self.database = database
    self.observe = observe
  }

  /// Begins an import on `loop`, or joins the one that runs; nil if there is nothing to import from, or no time left.
  func outcome(on loop: Loop) async -> ImportOutcome? {
    guard let settings, let task = task(on: loop, settings) else { return nil }
    return await task.value
  }

  /// True if a SQL Server is named.
  var isConfigured: Bool { settings != nil }

  private func task(on loop: Loop, _ settings: SourceSettings) -> Task<ImportOutcome, Never>? {
    state.withLock { state in
      if let running = state.running { return running.task }
      guard !state.isStopping else { return nil }
      let run = ImportRun(loop, settings, database, threads, observe: observe)
      // Of its own, since those who wait for it may go away.
      let task = Task(executorPreference: loop) {
        let outcome = await run.outcome()
        self.state.withLock { $0.running = nil }
        return outcome
      }
      state.running = Running(loop: loop, run: run, task: task)
      return task
    }
  }

  /// Begins nothing more, and ends what runs: in good order if that takes no longer than `limit` milliseconds.
  func stop(on loop: Loop, within limit: UInt64) async {
    let running = state.withLock { state in
      state.isStopping = true
      return state.running
    }
    guard let running else { return }
    running.loop.execute { running.run.stop() }
    let cut = LoopTimer(loop) { running.loop.execute { running.run.cut() } }
    defer { cut.close() }
    cut.start(after: limit)
    _ = await running.task.value
  }
}
