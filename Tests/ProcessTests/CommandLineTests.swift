import Foundation
import Testing

extension ProcessTests {
  /// What the programs say about themselves, and where they find their database.
  @Suite struct CommandLineTests {
    @Test func healthAsksARunningServer() throws {
      try onStage { stage in
        let cluster = try Cluster.own.get()
        let server = try stage.server(
          try stage.database(on: cluster), ["--loops", "1", "--statement-timeout", "1s"])
        let ready = try stage.run(.server, ["health", "--port", "\(server.port)"], within: 10)
        #expect(ready.ending == .exited(0), "\(ready.errors)")
        #expect(ready.output.contains("ready"))
        cluster.freeze()
        defer { cluster.thaw() }
        try waitUntil("the server to be unready", within: 10) {
          try server.ask("GET", "/readyz").status == 503
        }
        let unready = try stage.run(.server, ["health", "--port", "\(server.port)"], within: 10)
        #expect(unready.ending == .exited(1))
        #expect(unready.output.contains("not ready"), "\(unready.output)")
        cluster.thaw()
        server.process.end()
        let gone = try stage.run(.server, ["health", "--port", "\(server.port)"], within: 10)
        #expect(gone.ending == .exited(1))
        #expect(gone.errors.contains("\(server.port)"), "\(gone.errors)")
      }
    }

    /// 24 lines of 80 columns, with an example of each command; all that there is to say is asked for by another name.
    @Test func helpFitsATerminal() throws {
      try onStage { stage in
        for (program, arguments) in try Self.commands(stage) {
          let child = try stage.run(program, arguments + ["--help"], within: 5)
          let lines = child.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
          #expect(child.ending == .exited(0), "\(program) \(arguments)")
          #expect(child.errors.isEmpty)
          #expect(lines.count > 3 && lines.count <= 24, "\(program) \(arguments): \(lines.count) lines")
          #expect(lines.allSatisfy { $0.count <= 80 }, "\(program) \(arguments)")
          let examples = child.output.split(separator: "\nExamples:\n").dropFirst().joined()
          #expect(examples.contains("\(program.rawValue) "), "\(program) \(arguments)")
          let full = try stage.run(program, arguments + ["--help-all"], within: 5)
          #expect(full.ending == .exited(0) && full.output.contains("--help-all"))
          for option in child.output.matches(of: /(?m)^  (?:-., )?(--[a-z-]+)/).map(\.1) {
            #expect(full.output.contains(option), "\(program) \(arguments)")
          }
        }
        for program in [Program.server, .generator, .exporter] {
          let version = try stage.run(program, ["--version"], within: 5)
          #expect(version.ending == .exited(0) && version.output.contains("."), "\(version.output)")
        }
      }
    }

    /// Every command of every program, as the help of the program names them.
    private static func commands(_ stage: Stage) throws -> [(Program, [String])] {
      try [Program.server, .generator, .exporter].flatMap { program -> [(Program, [String])] in
        let help = try stage.run(program, ["--help"], within: 5).output
        let listed = help.split(separator: "\nCommands (").dropFirst().first?.split(separator: "\n\n").first
        let named = (listed?.split(separator: "\n").dropFirst() ?? []).map { line in
          line.split(separator: "  ").first.map { words in
            words.split(separator: " ").filter { $0 == $0.lowercased() }.map(String.init)
          } ?? []
        }
        if program == .server { #expect(named.count >= 12) }
        return [(program, [])] + named.map { (program, $0) }
      }
    }

    @Test func mistakesAreOneLineAndExitCode2() throws {
      try onStage { stage in
        for (program, arguments, word) in [
          (Program.server, ["--nonsense"], "--nonsense"), (.server, ["nonsense"], "nonsense"),
          (.server, ["postgresql:///x", "serve", "--port", "99999"], "--port"),
          (.server, ["postgresql:///x", "serve", "--loops", "0"], "--loops"),
          (.server, ["postgresql:///x", "serve"], "ROSTER_API_KEYS"), (.server, ["serve"], "DATABASE_URL"),
          (.server, ["ftp://x", "serve"], "postgresql://"), (.generator, ["--rows", "0"], "--rows"),
          (.generator, ["--rows", "1.5"], "--rows"),
          (.generator, ["--jobs", "0", "--out", "x.csv"], "--jobs"),
          (.generator, ["--append", "--replace"], "--append"), (.generator, ["--nonsense"], "--nonsense"),
          (.generator, ["extra"], "extra"), (.server, ["migrate", "sideways"], "migrate"),
        ] as [(Program, [String], String)] {
          let child = try stage.run(program, arguments, within: 10)
          #expect(child.ending == .exited(2), "\(program) \(arguments): \(child.errors)")
          #expect(child.errors.contains(word), "\(program) \(arguments): \(child.errors)")
          #expect(child.errors.split(separator: "\n").count == 1, "\(program) \(arguments): \(child.errors)")
          #expect(child.errors.hasPrefix("\(program.rawValue): "), "\(program) \(arguments): \(child.errors)")
        }
      }
    }

    /// URL, variables of three fashions, `key=value` pairs, SQLAlchemy's scheme: all lead to the same database.
    @Test func theDatabaseFromEverywhere() throws {
      try onStage { stage in
        let database = try stage.emptyDatabase(on: Cluster.own.get())
        let place = try #require(Place(database.url))
        let wrong = "postgresql://nobody@127.0.0.1:1/nowhere"
        let parts = { (prefix: String, database: String) in
          [
            "\(prefix)\(database)": place.name, "\(prefix)USER": place.user, "\(prefix)HOST": place.host,
            "\(prefix)PORT": place.port,
          ]
        }
        let ways: [(what: String, arguments: [String], environment: [String: String])] = [
          ("argument", [database.url], [:]),
          ("argument before DATABASE_URL", [database.url], ["DATABASE_URL": wrong]),
          ("DATABASE_URL", [], ["DATABASE_URL": database.url]),
          ("POSTGRES_*", [], parts("POSTGRES_", "DB").merging(["POSTGRES_PASSWORD": "any"]) { $1 }),
          ("DB_*", [], parts("DB_", "NAME").merging(["DB_PASS": "any"]) { $1 }),
          ("DATABASE_URL before POSTGRES_*", [], ["DATABASE_URL": database.url, "POSTGRES_DB": "nowhere"]),
          ("POSTGRES_* before DB_*", [], parts("POSTGRES_", "DB").merging(["DB_NAME": "nowhere"]) { $1 }),
          ("pairs", ["host=\(place.host) port=\(place.port) dbname=\(place.name) user=\(place.user)"], [:]),
          ("another scheme", [database.url.replacingOccurrences(of: "postgresql:", with: "postgres:")], [:]),
          (
            "SQLAlchemy", [database.url.replacingOccurrences(of: "postgresql:", with: "postgresql+asyncpg:")],
            [:]
          ),
          (
            "SQLAlchemy", [],
            [
              "DATABASE_URL": database.url.replacingOccurrences(
                of: "postgresql:", with: "postgresql+psycopg2:")
            ]
          ),
          ("empty DATABASE_URL", [], parts("DB_", "NAME").merging(["DATABASE_URL": ""]) { $1 }),
          (
            "libpq's own", ["postgresql:///\(place.name)"],
            ["PGHOST": place.host, "PGPORT": place.port, "PGUSER": place.user]
          ),
        ]
        for way in ways {
          let up = try stage.run(.server, way.arguments + ["migrate", "up"], way.environment, within: 15)
          #expect(up.ending == .exited(0), "\(way.what): \(up.errors)")
          #expect(try database.query("SELECT to_regclass('customers')") == "customers", "\(way.what)")

          let option = way.arguments.isEmpty ? [] : ["--database"] + way.arguments
          let fill = try stage.run(
            .generator, ["--rows", "10", "--replace"] + option, way.environment, within: 15)
          #expect(fill.ending == .exited(0), "\(way.what): \(fill.errors)")
          #expect(try database.number("SELECT count(*) FROM customers") == 10, "\(way.what)")
          try database.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        }
      }
    }

    /// Where a database is, from its URL.
    private struct Place {
      var name: String
      var user: String
      var host: String
      var port = "5432"

      init?(_ url: String) {
        guard let parts = URLComponents(string: url), let user = parts.user else { return nil }
        let query = Dictionary(
          (parts.queryItems ?? []).map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { $1 })
        guard let host = query["host"] else { return nil }
        name = String(parts.path.dropFirst())
        self.user = user
        self.host = host
        port = query["port"] ?? port
      }
    }

    @Test func aDatabaseInAnotherEncodingIsRefused() throws {
      try onStage { stage in
        let database = try stage.emptyDatabase(encoding: "LATIN1")
        for (program, arguments) in [
          (Program.server, ["serve", "--port", "0"]), (.server, ["migrate", "up"]),
          (.generator, ["--rows", "10"]),
        ] {
          let child = try stage.run(
            program, arguments, ["DATABASE_URL": database.url, "ROSTER_API_KEYS": "k"], within: 15)
          #expect(child.ending == .exited(1), "\(child.errors)")
          #expect(child.errors.contains("UTF8"), "\(child.errors)")
        }
      }
    }
  }
}
