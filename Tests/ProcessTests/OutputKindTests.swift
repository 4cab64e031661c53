import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// The kinds of output besides CSV, made by the real program and read by others.
  @Suite struct OutputKindTests {
    static let kinds = ["csv.gz", "ndjson", "sqlite"]

    /// What somebody else's program reads in the file.
    private func content(_ stage: Stage, _ command: ExporterCommand) throws -> Data {
      switch (command.target as NSString).pathExtension {
      case "gz":
        let test = try stage.start(["/bin/gzip", "-t", command.target])
        #expect(try test.waitForEnd() == .exited(0), "\(test.errors)")
        return try read(stage, ["/bin/gzip", "-dc", command.target])
      case "sqlite": return try python(stage, Self.readDatabase, command.target)
      default: return try python(stage, Self.readLines, command.target)
      }
    }

    private func python(_ stage: Stage, _ script: String, _ file: String) throws -> Data {
      try read(stage, ["/usr/bin/python3", "-X", "utf8", "-c", script, file])
    }

    private func read(_ stage: Stage, _ words: [String]) throws -> Data {
      let child = try stage.start(words)
      try #require(child.waitForEnd() == .exited(0), "\(child.errors)")
      return child.outputData
    }

    /// The rows as lines of JSON, by Python's own SQLite.
    private static let readDatabase = """
      import json, sqlite3, sys
      rows = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute("SELECT * FROM customers")
      names = [column[0] for column in rows.description]
      for row in rows:
          print(json.dumps(dict(zip(names, row)), ensure_ascii=False, sort_keys=True))
      """

    /// The same of lines of JSON, in which everybody has an order and blanks of its own.
    private static let readLines = """
      import json, sys
      for line in open(sys.argv[1], newline="\\n"):
          print(json.dumps(json.loads(line), ensure_ascii=False, sort_keys=True))
      """

    /// What PostgreSQL says should be in it.
    private func expected(_ stage: Stage, _ database: Database, _ kind: String) throws -> Data {
      if kind == "csv.gz" { return try database.csv() }
      let file = stage.path("expected.ndjson")
      let lines = try database.query(Database.jsonQuery, within: Scale.patience) + "\n"
      try lines.write(toFile: file, atomically: false, encoding: .utf8)
      return try python(stage, Self.readLines, file)
    }

    private func check(_ stage: Stage, _ command: ExporterCommand, _ database: Database) throws {
      let kind = Self.kinds.first { command.target.hasSuffix($0) } ?? ""
      let (found, wanted) = try (content(stage, command), expected(stage, database, kind))
      let isExact = found == wanted
      #expect(isExact, "\(kind): \(found.count) bytes, not \(wanted.count)")
      try stage.checkBeside(command, bytes: stage.size(command.target), kind)
      let rows = try database.number("SELECT count(*) FROM customers")
      #expect(command.manifest["rows"] as? Int == rows)
      let sum = try read(stage, ["/usr/bin/sha256sum", command.target])
      #expect(command.manifest["sha256"] as? String == String(decoding: sum.prefix(64), as: UTF8.self))
    }

    @Test(arguments: kinds)
    func killedAtRandomMoments(_ kind: String) throws {
      try onStage { stage in
        let rows = Scale.isFull ? 200_000 : 8000
        let records = Scale.isFull ? 1000 : 50
        let database = try stage.database(rows: rows)
        try database.query(
          "UPDATE customers SET home_street = E'a\"b\\r\\n,\\\\' WHERE customer_id % 100 = 7")
        let server = try stage.server(database)
        let hold = 0.03
        let proxy = try CountingProxy(upstream: server.port, hold: hold)
        defer { proxy.close() }
        let whole = Double(rows / records / 8) * hold
        let command = stage.export(proxy.url, to: "customers.\(kind)", ["--records", "\(records)"])
        let seed = UInt64.random(in: 0 ... .max)
        note("kills at the moments of seed \(seed)")
        var dice = SeededDice(state: seed)
        let kills = Scale.isFull ? 20 : 6
        for kill in 1...kills {
          let child = try stage.start(command)
          usleep(UInt32(whole / Double(kills) * Double.random(in: 0..<1, using: &dice) * 1e6))
          child.signal(SIGKILL)
          try #require(child.waitForEnd() == .killed(signal: SIGKILL), "kill \(kill): \(child.errors)")
          #expect(!command.hasTarget && command.manifest.isEmpty)
        }
        let child = try stage.run(command)
        #expect(child.ending == .exited(0), "\(child.errors)")
        try check(stage, command, database)
        // Beside what was in flight, a member that was not whole is fetched again.
        let again = kills * (8 * records + (kind == "csv.gz" ? 1000 : 0))
        #expect(proxy.counts.rows <= rows + again, "\(proxy.counts.rows)")
        guard kind != "sqlite" else { return }
        let undisturbed = stage.export(server.url, to: "undisturbed.\(kind)", ["--records", "777"])
        #expect(try stage.run(undisturbed).ending == .exited(0))
        let contents = FileManager.default.contents(atPath:)
        let isSame = contents(command.target) == contents(undisturbed.target)
        #expect(isSame, "the same bytes as an undisturbed run")
      }
    }

    @Test func linesOfJSONAreWhatTheServerWrites() throws {
      try onStage { stage in
        let database = try stage.database(rows: 500)
        let server = try stage.server(database)
        let command = stage.export(server.url, to: "customers.ndjson")
        #expect(try stage.run(command).ending == .exited(0))
        let page = try server.ask("POST", "/customers?previous_id=0&records=1000").text
        let lines = String(decoding: try Data(contentsOf: URL(filePath: command.target)), as: UTF8.self)
        #expect("[\(lines.dropLast().replacingOccurrences(of: "\n", with: ","))]" == page)
      }
    }

    @Test(arguments: kinds)
    func aFullDiskIsAnErrorAndNoFile(_ kind: String) throws {
      try onStage { stage in
        let database = try stage.database(rows: 3000)
        let server = try stage.server(database)
        let command = stage.export(server.url, to: "customers.\(kind)")
        let limited = ["/bin/sh", "-c", "trap '' XFSZ; exec prlimit --fsize=100000 \"$0\" \"$@\""]
        let child = try stage.start(
          limited + [try Program.exporter.path()] + command.arguments, command.environment)
        #expect(try child.waitForEnd(within: 20) == .exited(1), "\(child.errors)")
        // SQLite has words of its own for it.
        let reason = kind == "sqlite" ? "disk I/O error" : "File too large"
        #expect(child.errors.contains(reason), "\(child.errors)")
        #expect(!command.hasTarget && command.manifest.isEmpty)
        let again = try stage.run(command)
        #expect(again.ending == .exited(0), "\(again.errors)")
        try check(stage, command, database)
      }
    }
  }
}

extension Stage {
  func size(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? -1
  }
}
