public import EventLoop
import Foundation

/// The small SQL Server of `Tests/Support/tds_server.py`, which says what the moods are.
public final class TDSServer: Sendable {
  /// Where it listens, at 127.0.0.1.
  public let port: Int
  /// What lets `sa` in.
  public static let password = "p;{w=d"
  private let process: Locked<Process>
  /// Its end is the server's, also if this process is killed.
  private let input: Pipe
  private let script: URL

  /// Starts it with the tables that `script` makes in the schema `dbo`; blocks until it listens.
  init(script text: String, mood: String, password: String) throws {
    script = FileManager.default.temporaryDirectory.appending(path: "tds-\(UUID().uuidString).sql")
    try text.write(to: script, atomically: true, encoding: .utf8)
    let process = Process()
    let server = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Support/tds_server.py")
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = [
      server.path, script.path, "--password", password, "--mood", mood, "--with-parent",
    ]
    input = Pipe()
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    self.process = Locked(process)
    var line = Data()
    while line.last != 0x0A {
      let byte = output.fileHandleForReading.readData(ofLength: 1)
      if byte.isEmpty { throw TestDatabase.Failure(description: "the TDS server did not start") }
      line += byte
    }
    port = Int(String(decoding: line, as: UTF8.self).split(separator: " ")[1].dropLast()) ?? 0
  }

  /// Starts a server, hands it to `body` and ends it, whatever comes of it.
  public static func with(
    _ loop: Loop, _ script: String, mood: String = "well", password: String = TDSServer.password,
    _ body: (TDSServer) async throws -> Void
  ) async throws {
    let server = try await loop.aside { try TDSServer(script: script, mood: mood, password: password) }
    do {
      try await body(server)
    } catch {
      server.end()
      throw error
    }
    server.end()
  }

  private func end() {
    process.withLock { $0.terminate() }
    try? FileManager.default.removeItem(at: script)
  }
}
