import EventLoop
import Meters
import Postgres
import Schema

/// Loads the rows into a database; when the database goes away in the middle, it waits for it and goes on.
struct DatabaseRun: Sendable {
  let settings: GeneratorSettings
  let database: ConnectionSettings
  let patience: LoadPatience
  let rowsInChunk: Int64

  /// Rows in one transaction, at most: some two hundred milliseconds of PostgreSQL's time, and what a kill costs each
  /// job.
  static let rowsInChunk: Int64 = 50_000

  init(
    settings: GeneratorSettings, database: ConnectionSettings, patience: LoadPatience? = nil,
    rowsInChunk: Int64 = Self.rowsInChunk
  ) {
    self.settings = settings
    self.rowsInChunk = rowsInChunk
    self.database = database.withDefault("application_name", "roster generator")
    self.patience = patience ?? LoadPatience(outage: settings.patience)
  }

  /// Throws ``LoadInterruption`` where the same command would go on.
  func run(on loop: Loop, _ progress: RunProgress) async throws {
    let request = LoadRequest(settings)
    var outage = Outage(limit: patience.outage)
    /// Rows in the table, from the moment on that the load is announced.
    var done: Int64?
    do {
      try await Migrator(loop, database) { progress.say("\($0)") }.prepare(
        migrating: settings.isToldToMigrate)
      while true {
        do {
          return try await attempt(request, on: loop, progress) { rows in
            if let before = done, rows > before { outage.end() }
            done = rows
          }
        } catch let error as PostgresError where error.passes && done != nil {
          let isFirst = !outage.isOn
          guard let pause = outage.failed(now: loop.now) else { throw error }
          if isFirst { progress.say("\(error); waiting for it to come back") }
          try await loop.sleep(milliseconds: pause)
        } catch LoadError.anotherGenerator where outage.isOn {
          // Most likely our own sessions of before the outage, which PostgreSQL does not know to be dead yet.
          guard let pause = outage.failed(now: loop.now) else {
            throw LoadInterruption(cause: LoadError.anotherGenerator, request: request, done: done ?? 0)
          }
          try await loop.sleep(milliseconds: pause)
        }
      }
    } catch is CancellationError {
      throw LoadInterruption(cause: nil, request: request, done: done ?? 0)
    } catch let error as PostgresError where done != nil && !error.isFinal {
      throw LoadInterruption(cause: error, request: request, done: done ?? 0)
    }
  }

  /// From the look at what the database says to the end of the load. `onRows` hears how many rows are in the table.
  private func attempt(
    _ request: LoadRequest, on loop: Loop, _ progress: RunProgress, onRows: (Int64) -> Void
  ) async throws {
    let session = try await PostgresSession.connect(loop, database)
    defer { session.close() }
    let target = try await LoadTarget(loop, session, patience) {
      progress.say("another generator has this database; waiting whether it is at its end")
    }
    let record = try await target.begin(request)
    progress.goOn(from: record.done)
    onRows(record.done)
    if record.isOver { return }
    let load = CopyLoad(record, jobs: settings.jobs, chunk: rowsInChunk, database, on: loop, progress)
    defer { onRows(record.done + load.committed) }
    try await load.run()
    try await target.finish(record)
  }
}
