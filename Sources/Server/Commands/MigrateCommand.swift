import EventLoop
import Options
import Postgres
import Schema

/// `migrate up | down | redo | status | describe`: looks after the schema.
struct MigrateCommand: Sendable {
  enum Action: Sendable {
    case run(MigrationCommand)
    case status
    case describe
  }

  let action: Action
  let database: ConnectionSettings

  init?(word: String, database: ConnectionSettings) {
    switch word {
    case "up": action = .run(.up)
    case "down": action = .run(.down)
    case "redo": action = .run(.redo)
    case "status": action = .status
    case "describe": action = .describe
    default: return nil
    }
    self.database = database
  }

  func run(on loop: Loop) async -> Int32 {
    let migrator = Migrator(loop, database) { say("\($0)") }
    do {
      switch action {
      case .run(let command):
        if try await migrator.run(command).isEmpty { say("nothing to do: the schema is up to date") }
      case .status:
        let plan = try await migrator.plan()
        for line in plan.lines { say(line) }
        if let obstacle = plan.obstacle {
          complain("server: \(obstacle)")
          return 1
        }
      case .describe:
        let session = try await PostgresSession.connect(loop, database)
        defer { session.close() }
        say(try await DataDictionary(session).markdown)
      }
      return 0
    } catch {
      complain("server: \(error)")
      return 1
    }
  }
}

/// `migrate new NAME`: makes the two files of a migration.
struct NewMigrationCommand {
  let name: String

  func run() -> Int32 {
    guard let files = MigrationFiles(name: name, in: "Sources/Schema/Migrations") else {
      complain(
        "server: \(name) is no name for a migration; use small letters, digits and _, such as add_city")
      return 2
    }
    if let failure = files.create() {
      complain("server: \(failure)")
      return 1
    }
    say(
      "made \(files.up)\nmade \(files.down)\nnow add to Sources/Schema/KnownMigrations.swift:\n\(files.listing)"
    )
    return 0
  }
}
