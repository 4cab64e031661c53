import Customers
import EventLoop
import Foundation
import TestSupport
import Testing

@testable import Exporter

/// The real program against a server that is not ours: `Tests/Support/flask_app.py`, which speaks the contract of
/// `POST /customers` and nothing more.
@Suite struct FlaskTests {
  @Test(
    .enabled(if: FlaskApp.isInstalled, "scripts/setup makes generated/venv, which has Flask"),
    arguments: ["query", "form", "json"])
  func aFlaskAppIsExportedExactly(_ place: String) async throws {
    let ids = Array(1...1500) + (0..<1500).map { 5_000_000_000 + $0 * 7 } + [.max] as [Int64]
    let folder = try TemporaryFolder()
    let rows = ids.map { SimulatedRow(id: $0).jsonArray }.joined(separator: ",")
    folder.put("[\(rows)]", folder.path + "/rows.json")
    let app = Process()
    let log = Pipe()
    app.executableURL = FlaskApp.python
    app.arguments = [
      FlaskApp.script.path, "0", SimulatedAPI.key,
      folder.path + "/rows.json",
    ]
    app.standardError = log
    app.standardOutput = FileHandle.nullDevice
    try app.run()
    defer {
      // SIGTERM may be blocked, as in the threads that tests run on.
      kill(app.processIdentifier, SIGKILL)
      app.waitUntilExit()
    }
    let url = try #require(Self.address(in: log))
    let process = try ExporterProcess(
      ["--out", folder.target, "--url", url, "--arguments", place, "--records", "100"],
      key: SimulatedAPI.key)
    try process.start()
    let end = await process.result()
    #expect(end.status == 0, "\(end.errors)")
    let isExact = folder.text(folder.target) == SimulatedRow.csv(ids)
    #expect(isExact)
  }

  /// Reads up to where Flask tells its address.
  private static func address(in log: Pipe) -> String? {
    var text = ""
    while true {
      let more = log.fileHandleForReading.availableData
      if more.isEmpty { return nil }
      text += String(decoding: more, as: UTF8.self)
      if let line = text.split(separator: "\n").first(where: { $0.contains("Running on http://") }),
        text.contains("CTRL+C")
      {
        return line.split(separator: " ").last.map(String.init)
      }
    }
  }
}

/// What it needs to run.
private enum FlaskApp {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let python = root.appendingPathComponent("generated/venv/bin/python")
  static let script = root.appendingPathComponent("Tests/Support/flask_app.py")
  static let isInstalled = FileManager.default.isExecutableFile(atPath: python.path)
}
