import Foundation
import Testing

extension ProcessTests {
  /// The log's two forms, chosen by who reads it.
  @Suite struct LogTests {
    private static let options = ["--port", "0", "--log-level", "debug"]

    private func environment(_ database: Database) -> [String: String] {
      ["DATABASE_URL": database.url, "ROSTER_API_KEYS": RunningServer.key]
    }

    @Test func aFileGetsOneObjectALine() throws {
      try onStage { stage in
        let database = try stage.database(rows: 1)
        let process = try stage.start(.server, ["serve"] + Self.options, environment(database))
        let server = try stage.running(process)
        _ = try server.ask("GET", "/customer/1")
        // What a client says can neither end a line nor begin an object of its own.
        for path in ["/a%0Ab", #"/","event":"forged"#, "/%22%7D"] { _ = try server.ask("GET", path) }
        process.signal(SIGTERM)
        try process.waitForEnd(within: 20)
        #expect(process.output.isEmpty)
        let lines = process.errors.split(separator: "\n")
        #expect(lines.count >= 8)
        for line in lines {
          let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
          let time = try #require(event?["time"] as? String)
          #expect(time.wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/#) != nil)
          #expect(["debug", "info", "warning", "error"].contains(event?["level"] as? String))
          #expect(event?["event"] is String && event?["event"] as? String != "forged")
        }
        let request = try #require(server.events("request").first)
        #expect(request["method"] as? String == "GET" && request["path"] as? String == "/customer/1")
        #expect(request["status"] as? Int == 200 && request["request_id"] is String)
      }
    }

    @Test(.enabled(if: Terminals.areThere, Terminals.orElse))
    func aTerminalGetsReadableText() throws {
      try onStage { stage in
        let database = try stage.database(rows: 1)
        let command = (["exec", try Program.server.path(), "serve"] + Self.options).joined(separator: " ")
        // `script` gives the server a terminal and copies what it writes there.
        let process = try stage.start(
          ["/usr/bin/script", "-qefc", command, "/dev/null"], environment(database))
        // The end of its terminal is a SIGHUP, which to a server means to read its keys again.
        defer { for child in children(of: process.identifier) { kill(child, SIGTERM) } }
        try waitUntil("the server to listen") { process.output.contains(" info listening address=") }
        #expect(!process.output.contains("{"))
      }
    }

    private func children(of parent: pid_t) -> [pid_t] {
      let list = try? String(contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)
      return (list ?? "").split(separator: " ").compactMap { pid_t($0) }
    }
  }
}
