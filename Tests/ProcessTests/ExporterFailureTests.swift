import Foundation
import Testing

extension ProcessTests {
  /// What the exporter cannot do, it says in one line, with the exit code that scripts rely on.
  @Suite struct ExporterFailureTests {
    @Test func aWrongKeyIsNotAuthorized() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 10))
        var command = stage.export(server.url)
        command.environment["ROSTER_API_KEY"] = "wrong-key"
        let child = try stage.run(command, within: 10)
        #expect(child.ending == .exited(3))
        #expect(child.errors.contains("401"))
        #expect(!child.errors.contains("wrong-key"))
        #expect(!command.hasTarget)
      }
    }

    @Test func aServerThatNeverAnswersIsGivenUp() throws {
      try onStage { stage in
        let port = try freePort()
        let command = stage.export("http://127.0.0.1:\(port)", ["--patience", "1s"])
        let child = try stage.run(command, within: 10)
        // Nothing was begun that could be gone on with.
        #expect(child.ending == .exited(1), "\(child.errors)")
        #expect(child.errors.contains("127.0.0.1"), "\(child.errors)")
        #expect(!command.hasTarget && command.progress == 0)
      }
    }

    @Test func usageErrors() throws {
      try onStage { stage in
        for (arguments, word) in [
          ([], "--out"), (["--out"], "--out"), (["--out", "a.csv", "--nonsense"], "--nonsense"),
          (["--out", "a.csv", "extra"], "extra"),
          (["--out", "a.csv", "--concurrency", "0"], "--concurrency"),
          (["--out", "a.csv", "--concurrency", "many"], "--concurrency"),
          (["--out", "a.csv", "--records", "1001"], "--records"),
          (["--out", "a.csv", "--url", "ftp://x"], "--url"), (["--out", "a.csv", "--url", ""], "--url"),
          (["--out", "a.csv", "--eol", "cr"], "--eol"), (["--out", stage.folder], "--out"),
          (["--out", "a.csv", "--key-file", stage.path("none")], "--key-file"),
        ] as [([String], String)] {
          let child = try stage.run(.exporter, arguments, ["ROSTER_API_KEY": "k"], within: 10)
          #expect(child.ending == .exited(2), "\(arguments): \(child.errors)")
          #expect(child.errors.contains(word), "\(arguments): \(child.errors)")
          #expect(child.errors.split(separator: "\n").count == 1, "\(arguments): \(child.errors)")
          #expect(child.output.isEmpty, "\(arguments)")
        }
        let keyless = try stage.run(.exporter, ["--out", stage.path("a.csv")], within: 10)
        #expect(keyless.ending == .exited(2))
        #expect(keyless.errors.contains("ROSTER_API_KEY"))
      }
    }

    @Test func aFolderThatIsMissingOrClosed() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 10))
        let missing = stage.export(server.url, to: "none/customers.csv")
        let child = try stage.run(missing, within: 10)
        #expect(child.ending == .exited(1), "\(child.errors)")
        #expect(
          child.errors.contains(missing.target) && child.errors.contains("No such file"), "\(child.errors)")

        let folder = stage.path("closed")
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o555])
        let closed = stage.export(server.url, to: "closed/customers.csv")
        // Root may write everywhere unless it does without that right.
        let modest = [
          "/usr/bin/setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all",
        ]
        let words = (getuid() == 0 ? modest : []) + [try Program.exporter.path()] + closed.arguments
        let refused = try stage.start(words, closed.environment)
        #expect(try refused.waitForEnd(within: 10) == .exited(1), "\(refused.errors)")
        #expect(refused.errors.contains("Permission denied"), "\(refused.errors)")
        #expect(refused.errors.contains(closed.target), "\(refused.errors)")
      }
    }

    @Test func aFullDiskIsAnErrorAndNoFile() throws {
      try onStage { stage in
        let database = try stage.database(rows: 3000)
        let server = try stage.server(database)
        let command = stage.export(server.url)
        // A file may grow to 100 KB and no further; without the signal that would end the program, `write` says so.
        let limited = ["/bin/sh", "-c", "trap '' XFSZ; exec prlimit --fsize=100000 \"$0\" \"$@\""]
        let child = try stage.start(
          limited + [try Program.exporter.path()] + command.arguments, command.environment)
        let ending = try child.waitForEnd(within: 20)
        #expect(ending == .exited(1), "\(child.errors)")
        #expect(child.errors.contains("File too large"), "\(child.errors)")
        #expect(!command.hasTarget)
        try stage.checkExport(command, of: database)
      }
    }
  }
}

/// A port where nobody listens.
func freePort() throws -> Int {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  defer { close(descriptor) }
  guard withLoopbackAddress(port: 0, { bind(descriptor, $0, $1) }) == 0 else {
    throw TestFailure("bind: \(errnoText())")
  }
  return boundPort(of: descriptor)
}
