import EventLoop
import Postgres
import Progress
import Schema

/// Loads the rows into a database.
struct DatabaseRun: Sendable {
  let settings: GeneratorSettings
  let database: ConnectionSettings

  func run(on loop: Loop, _ progress: RunProgress) async throws {
    let database = database.withDefault("application_name", "roster generator")
    let migrator = Migrator(loop, database) { progress.say("\($0)") }
    try await migrator.prepare(migrating: settings.isToldToMigrate)
    let session = try await PostgresSession.connect(loop, database)
    defer { session.close() }
    let target = try await LoadTarget(session)
    let ids = try await target.prepare(settings.onRows, count: settings.rows)
    let load = CopyLoad(settings, ids, database, on: loop, progress)
    do {
      try await load.run()
    } catch {
      if load.loaded > 0 {
        progress.say("\(grouped(load.loaded)) of \(grouped(Int(settings.rows))) rows are in the table")
      }
      throw error
    }
    try await target.settle()
  }
}
