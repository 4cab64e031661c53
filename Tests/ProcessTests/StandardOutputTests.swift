import Foundation
import Testing

extension ProcessTests {
  /// `--out -`: rows for the next program.
  @Suite struct StandardOutputTests {
    @Test func everyFormatComesOutWhole() throws {
      try onStage { stage in
        let database = try stage.database(rows: 5000)
        let server = try stage.server(database)
        for kind in ["csv", "csv.gz", "ndjson"] {
          let file = stage.export(server.url, to: "customers.\(kind)")
          #expect(try stage.run(file).ending == .exited(0))
          let stream = ExporterCommand(target: "-", url: server.url, options: ["--format", kind])
          let child = try stage.run(stream)
          #expect(child.ending == .exited(0), "\(child.errors)")
          let isEqual = FileManager.default.contents(atPath: file.target) == child.outputData
          #expect(isEqual, "\(kind)")
          #expect(child.errors.contains("exported 5,000 rows"), "\(child.errors)")
        }
        let child = try stage.run(ExporterCommand(target: "-", url: server.url))
        #expect(try child.outputData == database.csv(), "CSV unless something else is asked for")
      }
    }

    /// `exporter --out - | head`.
    @Test func aReaderThatHasSeenEnoughEndsIt() throws {
      try onStage { stage in
        let database = try stage.database(rows: 20_000)
        let server = try stage.server(database)
        for kind in ["csv", "csv.gz", "ndjson"] {
          let command = ExporterCommand(target: "-", url: server.url, options: ["--format", kind])
          let child = try start(stage, command, into: "| head -c 1000")
          #expect(try child.waitForEnd(within: 20) == .exited(1), "\(child.errors)")
          #expect(child.errors.contains("standard output was closed"), "\(child.errors)")
          #expect(child.errors.split(separator: "\n").count == 1, "\(child.errors)")
          #expect(child.outputData.count == 1000)
        }
      }
    }

    private func start(_ stage: Stage, _ command: ExporterCommand, into reader: String) throws -> ChildProcess
    {
      try stage.start(
        ["/bin/bash", "-c", "set -o pipefail; \"$0\" \"$@\" \(reader)", try Program.exporter.path()]
          + command.arguments, command.environment)
    }

    @Test func aFullDeviceIsAnError() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 10))
        let child = try start(stage, ExporterCommand(target: "-", url: server.url), into: "> /dev/full")
        #expect(try child.waitForEnd(within: 20) == .exited(1))
        #expect(child.errors.contains("No space left on device"), "\(child.errors)")
      }
    }

    /// The pipe is full and stays so; the signal ends it all the same.
    @Test func aReaderThatTakesNothingDoesNotKeepASignalOut() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 20_000))
        let command = ExporterCommand(target: "-", url: server.url)
        let child = try stage.start(
          ["/bin/bash", "-c", "exec \"$0\" \"$@\" > >(exec sleep 60)", try Program.exporter.path()]
            + command.arguments, command.environment)
        // A pipe holds 64 KiB.
        try waitUntil("the pipe to be full") { written(by: child) >= 60_000 }
        child.signal(SIGTERM)
        #expect(try child.waitForEnd(within: 10) == .exited(143), "\(child.errors)")
        #expect(!child.errors.contains("goes on"), "\(child.errors)")
      }
    }

    private func written(by child: ChildProcess) -> Int {
      let lines = (try? String(contentsOfFile: "/proc/\(child.identifier)/io", encoding: .utf8)) ?? ""
      let line = lines.split(separator: "\n").first { $0.hasPrefix("wchar:") }
      return line.flatMap { Int($0.dropFirst("wchar: ".count)) } ?? 0
    }

    @Test func aServerThatGoesAwayLeavesNothingToGoOnWith() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 20_000))
        let proxy = try CountingProxy(upstream: server.port, hold: 0.05)
        defer { proxy.close() }
        let command = ExporterCommand(
          target: "-", url: proxy.url, options: ["--records", "100", "--patience", "1s"])
        let child = try stage.start(command)
        try waitUntil("rows") { child.outputData.count > 100_000 }
        server.process.signal(SIGKILL)
        #expect(try child.waitForEnd(within: 20) == .exited(1), "\(child.errors)")
        #expect(!child.errors.contains("goes on"), "\(child.errors)")
      }
    }

    @Test func whatMakesNoSenseIsRefused() throws {
      try onStage { stage in
        for (arguments, word) in [
          (["--out", "-", "--restart"], "--restart"), (["--out", "-", "--format", "sqlite"], "--format"),
          (["--out", "a.sqlite", "--bom"], "--bom"), (["--out", "a.ndjson", "--eol", "crlf"], "--eol"),
          (["--out", "a.txt"], "--format"), (["verify"], "FILE"), (["verify", "a", "b"], "verify FILE"),
          (["verify", stage.path("none.csv")], "none.csv"), (["verify", "a.csv", "--restart"], "--restart"),
          (["verify", "a.csv", "--key", "k"], "--url"),
        ] as [([String], String)] {
          let child = try stage.run(.exporter, arguments, ["ROSTER_API_KEY": "k"], within: 10)
          #expect(child.ending == .exited(2), "\(arguments): \(child.errors)")
          #expect(child.errors.contains(word), "\(arguments): \(child.errors)")
          #expect(child.errors.split(separator: "\n").count == 1, "\(arguments): \(child.errors)")
          #expect(child.output.isEmpty, "\(arguments)")
        }
        // Closed from the start, it is not taken for the next file's descriptor.
        let closed = try start(stage, ExporterCommand(target: "-", url: "http://127.0.0.1:1"), into: ">&-")
        #expect(try closed.waitForEnd(within: 10) == .exited(2), "\(closed.errors)")
        #expect(closed.errors.contains("standard output is closed"), "\(closed.errors)")
      }
    }
  }
}
