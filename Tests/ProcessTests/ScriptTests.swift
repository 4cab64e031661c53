import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// `script generate_data` and `script load_data`: files of customers, and their way through the API.
  @Suite struct ScriptTests {
    private static let rows = Scale.isFull ? 1_000_000 : 50_000
    /// It may stand before every command, and these two ask nobody there.
    private static let anyURL = "postgresql://nobody@127.0.0.1:1/none"

    private func generate(_ stage: Stage, rows: Int, perFile: Int = 100_000) throws -> String {
      let folder = stage.path("data")
      let made = try stage.run(
        .server,
        [
          Self.anyURL, "script", "generate_data", "--rows", "\(rows)", "--seed", "7", "--out", folder,
          "--rows-per-file", "\(perFile)",
        ],
        within: Scale.patience)
      #expect(made.ending == .exited(0), "\(made.errors)")
      return folder
    }

    private func load(
      _ stage: Stage, _ path: String, _ server: RunningServer, _ options: [String] = []
    ) throws -> ChildProcess {
      try stage.run(
        .server, [Self.anyURL, "script", "load_data", path, "--url", server.url] + options,
        ["ROSTER_API_KEY": RunningServer.key], within: Scale.patience)
    }

    /// What was generated goes in and comes out again byte for byte, in bounded memory, and it is what `generator` makes.
    @Test func filesComeOutAsTheyWentIn() throws {
      try onStage { stage in
        let folder = try generate(stage, rows: Self.rows, perFile: Self.rows / 4 + 1)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(names == (1...4).map { "customers-000\($0).csv" })
        let database = try stage.database()
        let server = try stage.server(database, ["--loops", "2"])
        let loaded = try load(stage, folder, server)
        #expect(loaded.ending == .exited(0), "\(loaded.errors)")
        server.process.sample()
        note(
          "import of \(Self.rows) rows: server \(server.process.peakBytes >> 10) KiB, load_data \(loaded.peakBytes >> 10) KiB; \(loaded.errors.split(separator: "\n").last ?? "")"
        )
        #expect(server.process.peakBytes < 64 << 20)
        #expect(loaded.peakBytes < 32 << 20)
        let made = stage.path("generator.csv")
        let generator = try stage.run(
          .generator, ["--rows", "\(Self.rows)", "--seed", "7", "--out", made], within: Scale.patience)
        #expect(generator.ending == .exited(0))
        let expected = try Data(contentsOf: URL(filePath: made))
        #expect(try database.csv() == expected, "the table holds what was in the files")
        // And the exporter's file is the one that an import gives again.
        let export = try stage.run(stage.export(server.url), within: Scale.patience)
        #expect(export.ending == .exited(0), "\(export.errors)")
        #expect(try Data(contentsOf: URL(filePath: stage.path("customers.csv"))) == expected)
      }
    }

    @Test func aClashNamesFileAndLineAndSaysHowToGoOn() throws {
      try onStage { stage in
        let folder = try generate(stage, rows: 300, perFile: 100)
        let database = try stage.database()
        try database.query("INSERT INTO customers (customer_id) VALUES (150)")
        let server = try stage.server(database)
        let refused = try load(stage, folder, server)
        #expect(refused.ending == .exited(1))
        let file = "\(folder)/customers-0002.csv"
        #expect(refused.errors.contains("\(file): line 51: customer_id: the id 150 is a customer's already"))
        #expect(refused.errors.contains("\(file): the server answered 409"))
        #expect(
          refused.errors.contains(
            "1 file is in; the same command with --from customers-0002.csv goes on"))
        #expect(try database.number("SELECT count(*) FROM customers") == 101)
        let rest = try load(stage, folder, server, ["--from", "customers-0002.csv", "--on-error", "skip"])
        #expect(rest.ending == .exited(1), "one row was rejected")
        #expect(rest.errors.contains("1 row was rejected"))
        #expect(try database.number("SELECT count(*) FROM customers") == 300)
      }
    }

    /// What lies there besides is not sent: an export, and what an earlier, larger run has left is not passed over.
    @Test func aFolderMayHoldOtherFiles() throws {
      try onStage { stage in
        let folder = try generate(stage, rows: 300, perFile: 100)
        let export = "\(folder)/customers.csv"
        try FileManager.default.copyItem(atPath: "\(folder)/customers-0001.csv", toPath: export)
        let database = try stage.database()
        let server = try stage.server(database)
        let loaded = try load(stage, folder, server)
        #expect(loaded.ending == .exited(0), "\(loaded.errors)")
        #expect(try database.number("SELECT count(*) FROM customers") == 300)

        let arguments = ["script", "generate_data", "--out", folder, "--rows-per-file", "100"]
        let fewer = try stage.run(.server, arguments + ["--rows", "200"], within: 30)
        #expect(fewer.ending == .exited(1))
        #expect(fewer.errors.contains("\(folder)/customers-0003.csv is of another set"), "\(fewer.errors)")
        let next = try stage.run(
          .server, arguments + ["--rows", "300", "--first-id", "301"], within: 30)
        #expect(next.ending == .exited(0), "\(next.errors)")
        let more = try load(stage, folder, server)
        #expect(more.ending == .exited(0), "\(more.errors)")
        #expect(try database.query("SELECT min(customer_id), max(customer_id) FROM customers") == "1|600")
        let tooMany = try stage.run(
          .server, arguments + ["--rows", "2", "--first-id", "\(Int64.max)"], within: 30)
        #expect(tooMany.ending == .exited(2), "\(tooMany.errors)")
      }
    }

    @Test func mistakesAreTold() throws {
      try onStage { stage in
        let folder = try generate(stage, rows: 10)
        let database = try stage.database()
        let server = try stage.server(database)
        let wrongKey = try stage.run(
          .server, ["script", "load_data", folder, "--url", server.url], ["ROSTER_API_KEY": "wrong"])
        #expect(wrongKey.ending == .exited(3), "\(wrongKey.errors)")
        let noKey = try stage.run(.server, ["script", "load_data", folder])
        #expect(noKey.ending == .exited(2), "\(noKey.errors)")
        #expect(noKey.errors.contains("a key is missing"))
        for path in [stage.path("absent"), stage.folder] {
          let run = try load(stage, path, server)
          #expect(run.ending == .exited(1), "\(run.errors)")
        }
        let nobody = try stage.run(
          .server,
          ["script", "load_data", folder, "--url", "http://127.0.0.1:1", "--patience", "0s"],
          ["ROSTER_API_KEY": "k"])
        #expect(nobody.ending == .exited(4), "\(nobody.errors)")
        #expect(try database.number("SELECT count(*) FROM customers") == 0)
      }
    }

    /// A server that is busy is asked again.
    @Test func aBusyServerIsWaitedFor() throws {
      try onStage { stage in
        let folder = try generate(stage, rows: 10)
        let database = try stage.database()
        let server = try stage.server(database, ["--imports", "1"])
        let other = try server.connect()
        try other.send(RunningServer.importHead(6) + "email")
        try waitUntil("it to run") {
          try database.number(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'roster import'") == 1
        }
        let loading = try stage.start(
          .server, ["script", "load_data", folder, "--url", server.url], ["ROSTER_API_KEY": RunningServer.key]
        )
        try waitUntil("it to be told to wait") { loading.errors.contains("the server answered 503") }
        try other.send("\n")
        #expect(try loading.waitForEnd(within: 30) == .exited(0), "\(loading.errors)")
        #expect(try database.number("SELECT count(*) FROM customers") == 10)
      }
    }
  }
}
