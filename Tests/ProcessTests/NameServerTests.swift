import Foundation
import Testing

extension ProcessTests {
  /// A name server that says nothing: the system's resolver waits for it, and nobody waits for the resolver.
  @Suite(.enabled(if: SilentNames.isPossible, SilentNames.orElse)) struct NameServerTests {
    @Test func theServerEndsWhileNamesAreLookedUp() throws {
      try onStage { stage in
        let names = try SilentNames(stage)
        let database = try stage.database(rows: 10)
        // The first host is there and found; all are looked up before one is tried.
        let url = database.url.replacingOccurrences(
          of: #"host=([^&]*)"#, with: "host=$1,\(SilentNames.host("database"))", options: .regularExpression)
        try #require(url != database.url)
        let server = try stage.server(
          Database(url, stage), ["--loops", "2", "--pg-connections", "4"], names.environment)
        #expect(try server.ask("GET", "/customer/1").status == 200)
        try names.beSilent()
        try database.query(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()
          """)
        try waitUntil("both loops to look the name up") { names.begun == 2 }
        #expect(try server.ask("GET", "/livez", headers: []).status == 200)
        server.process.signal(SIGTERM)
        let time = try milliseconds { _ = try server.process.waitForEnd(within: 20) }
        #expect(server.process.ending == .exited(0))
        #expect(time < 3000, "\(time) ms")
        #expect(server.events("stopped").count == 1)
        // Eight connections wanted to know.
        #expect(names.begun == 2)
      }
    }

    @Test(arguments: ["generator", "exporter"])
    func aClientEndsWhileNamesAreLookedUp(program: String) throws {
      try onStage { stage in
        let names = try SilentNames(stage)
        try names.beSilent()
        let host = SilentNames.host("far")
        let child =
          try program == "generator"
          ? stage.start(
            .generator, ["--rows", "10"],
            names.environment.merging(["DATABASE_URL": "postgresql://\(host)/roster"]) { $1 })
          : stage.start(
            .exporter, ["--out", stage.path("customers.csv"), "--url", "http://\(host):5000"],
            names.environment.merging(["ROSTER_API_KEY": "k"]) { $1 })
        try waitUntil("it to look the name up") { names.begun > 0 }
        child.signal(SIGTERM)
        let time = try milliseconds { _ = try child.waitForEnd(within: 20) }
        #expect(child.ending != .exited(0))
        #expect(time < 2000, "\(time) ms: \(child.errors)")
      }
    }
  }
}
