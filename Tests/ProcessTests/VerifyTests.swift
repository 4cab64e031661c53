import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// `exporter verify`: the manifest, the server, the exit codes.
  @Suite struct VerifyTests {
    private func verify(
      _ stage: Stage, _ command: ExporterCommand, _ options: [String] = []
    ) throws -> (ending: ChildProcess.Ending?, findings: [String], errors: String) {
      let child = try stage.run(.exporter, ["verify", command.target] + options, command.environment)
      return (child.ending, child.output.split(separator: "\n").map(String.init), child.errors)
    }

    @Test(arguments: ["csv"] + OutputKindTests.kinds)
    func theWholeWay(_ kind: String) throws {
      try onStage { stage in
        let database = try stage.database(rows: 3000)
        let server = try stage.server(database)
        let command = stage.export(server.url, to: "customers.\(kind)")
        try #require(stage.run(command).ending == .exited(0))
        for options in [[], ["--url", server.url]] {
          let equal = try verify(stage, command, options)
          #expect(equal.ending == .exited(0) && equal.findings == [], "\(equal)")
          #expect(equal.errors.contains("3,000 rows"), "\(equal)")
        }

        try database.query(
          """
          DELETE FROM customers WHERE customer_id IN (5, 3000);
          UPDATE customers SET email = 'new', home_phone = NULL WHERE customer_id = 1001;
          INSERT INTO customers (customer_id) VALUES (3001)
          """)
        let different = try verify(stage, command, ["--url", server.url])
        #expect(different.ending == .exited(1))
        #expect(different.findings.contains("customer 5: not at the server"), "\(different)")
        #expect(
          different.findings.contains { $0.hasPrefix("customer 1001: email") }, "\(different)")
        #expect(
          different.findings.suffix(2) == [
            "customer 3000: not at the server", "customer 3001: missing in the file",
          ])
        #expect(different.findings.count == 4, "\(different)")
        #expect(try verify(stage, command).ending == .exited(0), "the file is still what its manifest says")

        var bytes = try Data(contentsOf: URL(filePath: command.target))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: command.target))
        let flipped = try verify(stage, command)
        #expect(flipped.ending == .exited(1))
        #expect(flipped.findings.contains { $0.hasPrefix("sha256: ") }, "\(flipped)")
      }
    }

    @Test func everyEndHasItsStatus() throws {
      try onStage { stage in
        let database = try stage.database(rows: 3000)
        let server = try stage.server(database)
        var command = stage.export(server.url)
        try #require(stage.run(command).ending == .exited(0))
        command.environment["ROSTER_API_KEY"] = "wrong-key"
        let unknown = try verify(stage, command, ["--url", server.url])
        #expect(unknown.ending == .exited(3), "\(unknown)")
        #expect(!unknown.errors.contains("wrong-key"))
        let gone = try verify(
          stage, command, ["--url", "http://127.0.0.1:\(freePort())", "--patience", "1s"])
        #expect(gone.ending == .exited(4), "\(gone)")

        try FileManager.default.removeItem(atPath: command.target + ".manifest.json")
        let bare = try verify(stage, command)
        #expect(bare.ending == .exited(1))
        #expect(bare.findings.count == 1 && bare.findings[0].hasPrefix("manifest: "), "\(bare)")
        try FileManager.default.removeItem(atPath: command.target)
        #expect(try verify(stage, command).ending == .exited(2))
      }
    }

    @Test func aFileOfAMillionRowsTakesLittleMemory() throws {
      try onStage { stage in
        let database = try stage.database(rows: Scale.rows)
        let server = try stage.server(database)
        let command = stage.export(server.url)
        try #require(stage.run(command).ending == .exited(0))
        let child = try stage.start(
          .exporter, ["verify", command.target, "--url", server.url], command.environment)
        #expect(try child.waitForEnd(within: Scale.patience) == .exited(0), "\(child.errors)")
        note("\(child.peakBytes >> 10) KiB to verify \(Scale.rows) rows against the server")
        #expect(child.peakBytes < 64 << 20)
      }
    }
  }
}
