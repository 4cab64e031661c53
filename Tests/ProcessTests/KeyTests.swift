import Foundation
import Testing

extension ProcessTests {
  /// Keys are made, read again, and lost by nobody's mistake.
  @Suite struct KeyTests {
    private func status(_ server: RunningServer, _ key: String) throws -> Int {
      try server.ask("GET", "/customer/1", headers: ["Authorization: Bearer \(key)"]).status
    }

    @Test func aNewKeyOpensOnceItsLineIsInTheFile() throws {
      try onStage { stage in
        let made = try stage.run(.server, ["key", "new", "exporter"])
        #expect(made.ending == .exited(0))
        let lines = made.output.split(separator: "\n").map { String($0) }
        try #require(lines.count == 2)
        #expect(lines[0].count == 64 && lines[1].hasPrefix("exporter:sha256:"))
        let digest = try stage.start(["/bin/sh", "-c", "printf %s \(lines[0]) | sha256sum"])
        try digest.waitForEnd()
        #expect(digest.output.hasPrefix(lines[1].dropFirst("exporter:sha256:".count)))
        // Another call makes another key.
        #expect(try stage.run(.server, ["key", "new", "exporter"]).output != made.output)
        #expect(!made.errors.contains(lines[0]))

        let file = stage.path("keys")
        try "first\n".write(toFile: file, atomically: true, encoding: .utf8)
        let server = try stage.server(
          try stage.database(rows: 1), ["--api-keys-file", file], ["ROSTER_API_KEYS": ""])
        #expect(try [status(server, "first"), status(server, lines[0])] == [200, 401])
        try "first\n\(lines[1])\n".write(toFile: file, atomically: true, encoding: .utf8)
        server.process.signal(SIGHUP)
        try wait(for: "the keys to be read again") { server.events("keys_reloaded").first }
        #expect(try [status(server, "first"), status(server, lines[0])] == [200, 200])
        // The digest itself is no key.
        #expect(try status(server, String(lines[1].suffix(64))) == 401)
        #expect(try status(server, lines[1]) == 401)
      }
    }

    @Test func namesThatDoNotFitAreUsageErrors() throws {
      try onStage { stage in
        for arguments in [["key", "new"], ["key", "new", "a b"], ["key", "new", "a:b"], ["key"]] {
          let child = try stage.run(.server, arguments)
          #expect(child.ending == .exited(2), "\(arguments)")
          #expect(child.output.isEmpty && !child.errors.isEmpty)
        }
      }
    }

    /// A file that cannot be read keeps the keys that are in force, and the log says so without quoting it.
    @Test func aBrokenFileChangesNothing() throws {
      try onStage { stage in
        let file = stage.path("keys")
        try "good\n".write(toFile: file, atomically: true, encoding: .utf8)
        let server = try stage.server(
          try stage.database(rows: 1), ["--api-keys-file", file], ["ROSTER_API_KEYS": ""])
        var refusals = 0
        let huge = String(repeating: "other-secret\n", count: 100_000)
        for content in ["other-secret\nname:sha256:12\n", "", "# nothing but words\n\n", huge, nil] {
          if let content {
            try content.write(toFile: file, atomically: true, encoding: .utf8)
          } else {
            try FileManager.default.removeItem(atPath: file)
          }
          refusals += 1
          server.process.signal(SIGHUP)
          try waitUntil("the refusal to be said") { server.events("keys_not_reloaded").count == refusals }
          #expect(try [status(server, "good"), status(server, "other-secret")] == [200, 401])
        }
        let reasons = server.events("keys_not_reloaded").compactMap { $0["error"] as? String }
        #expect(reasons[0].contains("line 2"), "\(reasons)")
        #expect(reasons[1].contains("no key") && reasons[2].contains("no key"), "\(reasons)")
        #expect(reasons[3].contains("1 MiB"), "\(reasons)")
        #expect(reasons[4].contains("No such file"), "\(reasons)")
        #expect(!server.process.errors.contains("other-secret"))
        try "other-secret\n".write(toFile: file, atomically: true, encoding: .utf8)
        server.process.signal(SIGHUP)
        try wait(for: "the keys to be read again") { server.events("keys_reloaded").first }
        #expect(try [status(server, "good"), status(server, "other-secret")] == [401, 200])
      }
    }

    /// Signals that come in a crowd, under requests: each request is answered by the old keys or by the new ones.
    @Test func reloadsUnderLoadLoseNothing() throws {
      try onStage { stage in
        let file = stage.path("keys")
        try "\(RunningServer.key)\n".write(toFile: file, atomically: true, encoding: .utf8)
        let server = try stage.server(
          try stage.database(rows: 100), ["--api-keys-file", file, "--loops", "2"], ["ROSTER_API_KEYS": ""])
        let clients = SteadyClients(port: server.port, rows: 100, count: 4)
        for round in 1...30 {
          try "\(RunningServer.key)\nround-\(round)\n".write(toFile: file, atomically: true, encoding: .utf8)
          server.process.signal(SIGHUP)
          try waitUntil("round \(round) to be let in") { try status(server, "round-\(round)") == 200 }
        }
        let tally = clients.stop()
        #expect(tally.wrong.isEmpty && tally.refused == 0, "\(tally)")
      }
    }
  }
}
