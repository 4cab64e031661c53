import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// A disk that is really full: of exports, of the generator's file, of PostgreSQL. With more room the same command
  /// goes on.
  @Suite(.enabled(if: SmallDisk.isPossible, "no file system can be mounted here; that takes root"))
  struct FullDiskTests {
    private static let page = 4096

    /// From half of what the file needs to a little more than all of it: then rows have room, and what is written beside
    /// them has none.
    private static func sizes(for bytes: Int) -> [Int] {
      let pages = (bytes + page - 1) / page
      return ([pages / 2] + (pages...pages + 3)).map { $0 * page }
    }

    @Test(arguments: ["csv"] + OutputKindTests.kinds)
    func ofAnExport(_ kind: String) throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 3000))
        let whole = stage.export(server.url, to: "whole.\(kind)")
        try #require(stage.run(whole).ending == .exited(0))
        let expected = try Data(contentsOf: URL(filePath: whole.target))
        let disk = try SmallDisk(stage, at: stage.path("disk"), bytes: Self.page)
        var failed = 0
        for size in Self.sizes(for: expected.count) {
          try disk.empty()
          try disk.resize(to: size)
          // As the exporter calls it, and as we find it.
          let command = ExporterCommand(target: "\(disk.place)/customers.\(kind)", url: server.url)
          let seen = ExporterCommand(target: "\(disk.path)/customers.\(kind)", url: server.url)
          let exporter = [try Program.exporter.path()]
          func export() throws -> ChildProcess {
            try disk.run(exporter + command.arguments, command.environment)
          }
          let child = try export()
          if child.ending != .exited(0) {
            failed += 1
            #expect(child.ending == .exited(1), "\(size): \(child.errors)")
            // SQLite has words of its own for it.
            let reasons = ["No space left on device"] + (kind == "sqlite" ? ["disk is full"] : [])
            #expect(reasons.contains { child.errors.contains($0) }, "\(size): \(child.errors)")
            #expect(child.errors.contains("customers.\(kind)"), "\(size): \(child.errors)")
            #expect(!seen.hasTarget && seen.manifest.isEmpty, "\(size)")
          }
          try disk.resize(to: 4 * expected.count)
          let again = try export()
          #expect(again.ending == .exited(0), "\(size): \(again.errors)")
          let found = try Data(contentsOf: URL(filePath: seen.target))
          #expect(kind == "sqlite" || found == expected, "\(size)")
          let verified = try disk.run(
            exporter + ["verify", command.target, "--url", server.url], command.environment)
          #expect(verified.ending == .exited(0), "\(size): \(verified.output)")
        }
        note("\(kind): full in \(failed) of 5 sizes")
        #expect(failed >= 3)
      }
    }

    @Test func ofTheGeneratorsFile() throws {
      try onStage { stage in
        let whole = stage.path("whole.csv")
        try #require(stage.run(.generator, ["--rows", "5000", "--out", whole]).ending == .exited(0))
        let expected = try Data(contentsOf: URL(filePath: whole))
        let disk = try SmallDisk(stage, at: stage.path("disk"), bytes: Self.page)
        let generator = [
          try Program.generator.path(), "--rows", "5000", "--out", "\(disk.place)/customers.csv",
        ]
        let file = "\(disk.path)/customers.csv"
        let pages = expected.count / Self.page
        for size in [1, pages / 2, pages].map({ $0 * Self.page }) {
          try disk.empty()
          try disk.resize(to: size)
          let child = try disk.run(generator)
          #expect(child.ending == .exited(1), "\(child.errors)")
          #expect(child.errors.contains("No space left on device"), "\(child.errors)")
          #expect(!FileManager.default.fileExists(atPath: file))
          try disk.resize(to: 4 * expected.count)
          let again = try disk.run(generator)
          #expect(again.ending == .exited(0), "\(again.errors)")
          #expect(FileManager.default.contents(atPath: file) == expected)
        }
      }
    }

    private static let rows = 120_000
    private static let command = ["--rows", "\(rows)", "--jobs", "2", "--seed", "12"]

    private func digest(_ database: Database) throws -> String {
      try database.query(
        "SELECT count(*), md5(string_agg(md5(c::text), '' ORDER BY customer_id)) FROM customers AS c",
        within: Scale.patience)
    }

    /// What an undisturbed load gives.
    private func undisturbed(_ stage: Stage) throws -> String {
      let database = try stage.emptyDatabase()
      try stage.generate(Self.rows, into: database, Array(Self.command.dropFirst(2)))
      return try digest(database)
    }

    /// A cluster whose folder `disk` is on a small one.
    private func withDisk(
      on stage: Stage, bytes: Int, prepare: (PrivateCluster, SmallDisk) throws -> Void = { _, _ in },
      _ body: (PrivateCluster, SmallDisk) throws -> Void
    ) throws {
      let cluster = try PrivateCluster()
      // The files of a cluster that runs no more.
      defer { cluster.remove() }
      cluster.stop()
      let disk = try SmallDisk(stage, at: cluster.socketFolder + "/disk", bytes: bytes, owner: "postgres")
      try prepare(cluster, disk)
      try cluster.start(in: disk.keeper.identifier)
      try body(cluster, disk)
    }

    /// The table has no room: PostgreSQL refuses the rows, and goes on.
    @Test func ofATablespace() throws {
      try onStage { stage in
        let expected = try undisturbed(stage)
        try withDisk(on: stage, bytes: 8 << 20) { cluster, disk in
          let database = try stage.database(on: cluster)
          try database.query("CREATE TABLESPACE small LOCATION '\(disk.place)'")
          try database.query("ALTER TABLE customers SET TABLESPACE small")
          let child = try stage.run(
            .generator, Self.command, ["DATABASE_URL": database.url], within: Scale.patience)
          #expect(child.ending == .exited(4), "\(child.errors)")
          #expect(child.errors.contains("No space left on device"), "\(child.errors)")
          #expect(
            child.errors.contains("`generator --rows \(Self.rows) --seed 12` goes on"), "\(child.errors)")
          // What is there can still be read, and served.
          let server = try stage.server(database)
          #expect(try server.ask("GET", "/customers?previous_id=0").status == 200)
          try disk.resize(to: 1 << 30)
          try stage.generate(Self.rows, into: database, Array(Self.command.dropFirst(2)))
          #expect(try digest(database) == expected)
        }
      }
    }

    /// The write-ahead log has no room: PostgreSQL crashes, and may do so again when it recovers.
    @Test func ofTheWriteAheadLog() throws {
      try onStage { stage in
        let expected = try undisturbed(stage)
        try withDisk(on: stage, bytes: 20 << 20) { cluster, disk in
          try cluster.moveWriteAheadLog(to: disk.path, place: disk.place)
        } _: { cluster, disk in
          let database = try stage.database(on: cluster)
          let child = try stage.start(.generator, Self.command, ["DATABASE_URL": database.url])
          try waitUntil("the load to wait", within: Scale.patience) {
            child.errors.contains("waiting for it to come back")
          }
          try disk.resize(to: 1 << 30)
          // It comes back by itself, or it has ended and is started.
          let ending = try child.waitForEnd(within: Scale.patience) {
            if cluster.processes.isEmpty { try cluster.start(in: disk.keeper.identifier) }
          }
          #expect(ending == .exited(0), "\(child.errors)")
          #expect(try digest(database) == expected)
        }
      }
    }
  }
}
