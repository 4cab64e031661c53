import Foundation
import TestSupport
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

    /// Standard error is a pipe that nobody reads: lines are lost, and told, and the server goes on.
    @Test func aReaderThatStandsStillHoldsNothingUp() throws {
      try onStage { stage in
        let pipe = try LogPipe(stage)
        let database = try stage.database(rows: 1)
        let command = [try Program.server.path(), "serve", "--loops", "2", "--log", "json"] + Self.options
        let process = try stage.start(pipe.command(command), environment(database))
        try waitUntil("the server to listen") { try !pipe.events("listening").isEmpty }
        let address = try pipe.events("listening")[0]["address"] as? String
        let port = try #require(address?.split(separator: ":").last.flatMap { Int($0) })
        let client = try ClientConnection(port: port, patience: 5)
        // With this, the pipe (64 KiB), what is on its way and what may wait (1 MiB each) are full.
        let path = "/" + String(repeating: "x", count: 3000)
        func ask(_ count: Int) throws {
          for _ in 0..<count {
            try client.send(RunningServer.request("GET", path))
            #expect(try client.answer().status == 404)
          }
        }
        func dropped() throws -> Int {
          try client.send(RunningServer.request("GET", "/metrics"))
          return Int(try PrometheusText(client.answer().text).value("roster_log_lines_dropped_total") ?? -1)
        }
        try ask(1000)
        let lost = try dropped()
        #expect(lost > 100)
        // All others were written, and so is what is told of them.
        try waitUntil("the gap to be told and the rest to be written") {
          let told = try pipe.events("log_lines_dropped").compactMap { $0["lines"] as? Int }.reduce(0, +)
          let written = try pipe.events("request").count
          return told >= lost && told + written == 1001
        }
        #expect(try dropped() <= lost + 1)

        // What cannot be written holds the end up for a moment, and leaves no half of a line.
        try ask(200)
        process.signal(SIGTERM)
        let time = try milliseconds { try process.waitForEnd(within: 20) }
        #expect(process.ending == .exited(0))
        #expect(time < 4000, "\(time) ms")
        #expect(try pipe.events("request").count > 1001 - lost)
        #expect(pipe.text.hasSuffix("}\n"))
      }
    }

    private func children(of parent: pid_t) -> [pid_t] {
      let list = try? String(contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)
      return (list ?? "").split(separator: " ").compactMap { pid_t($0) }
    }
  }
}

/// A pipe as a program's standard error, which is read only when somebody asks.
private final class LogPipe {
  private let path: String
  private let descriptor: Int32
  private var bytes: [UInt8] = []

  init(_ stage: Stage) throws {
    path = stage.path("log-pipe")
    guard mkfifo(path, 0o600) == 0 else { throw TestFailure("mkfifo: \(errnoText())") }
    descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw TestFailure("\(path): \(errnoText())") }
  }

  deinit { close(descriptor) }

  /// Runs `words` with the pipe.
  func command(_ words: [String]) -> [String] { ["/bin/sh", "-c", #"exec "$@" 2>"$0""#, path] + words }

  /// All that was read, and what lies in the pipe.
  var text: String {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(descriptor, &piece, piece.count), count > 0 { bytes += piece[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whole lines of that name; every line must be an object.
  func events(_ name: String) throws -> [[String: Any]] {
    try text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().compactMap { line in
      guard let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
        throw TestFailure("no object: \(line)")
      }
      return event["event"] as? String == name ? event : nil
    }
  }
}
