import Foundation
import TestSupport
import Testing

/// One export: what stays the same over all runs of the same command.
struct ExporterCommand {
  let target: String
  let url: String
  var options: [String] = []
  var environment = ["ROSTER_API_KEY": RunningServer.key]

  var arguments: [String] { ["--out", target, "--url", url] + options }

  /// What an unfinished export leaves behind lies beside its target.
  var unfinished: String { target + ".part" }

  /// Bytes of the unfinished file; 0 if there is none.
  var progress: Int {
    var status = stat()
    return stat(unfinished, &status) == 0 ? Int(status.st_size) : 0
  }

  /// What the manifest says; empty if there is none.
  var manifest: [String: Any] {
    guard let data = FileManager.default.contents(atPath: target + ".manifest.json") else { return [:] }
    return (try? JSONSerialization.jsonObject(with: data) as? [String: Any]) ?? [:]
  }

  var hasTarget: Bool { access(target, F_OK) == 0 }
}

extension Stage {
  func export(_ url: String, to name: String = "customers.csv", _ options: [String] = []) -> ExporterCommand {
    ExporterCommand(target: path(name), url: url, options: options)
  }

  func start(_ command: ExporterCommand, _ more: [String] = []) throws -> ChildProcess {
    try start(.exporter, command.arguments + more, command.environment)
  }

  @discardableResult
  func run(_ command: ExporterCommand, _ more: [String] = [], within seconds: Double = Scale.patience) throws
    -> ChildProcess
  {
    let child = try start(command, more)
    try child.waitForEnd(within: seconds)
    return child
  }

  /// Runs the command to its end and expects the file that PostgreSQL would have written.
  @discardableResult
  func checkExport(
    _ command: ExporterCommand, of database: Database, _ what: String = "",
    location: SourceLocation = #_sourceLocation
  ) throws -> ChildProcess {
    let child = try run(command)
    #expect(child.ending == .exited(0), "\(what): \(child.errors)", sourceLocation: location)
    try checkFile(command, database, what, location: location)
    return child
  }

  /// Expects that the finished file is there, equals PostgreSQL's own byte for byte, and that its manifest alone lies
  /// beside it.
  func checkFile(
    _ command: ExporterCommand, _ database: Database, _ what: String = "",
    location: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try database.csv()
    let found = FileManager.default.contents(atPath: command.target) ?? Data()
    #expect(found.count == expected.count, "\(what)", sourceLocation: location)
    if found != expected {
      Issue.record("\(what): \(firstDifference(found, expected))", sourceLocation: location)
    }
    try checkBeside(command, bytes: expected.count, what, location: location)
  }

  /// Expects that nothing but its manifest lies beside a finished file.
  func checkBeside(
    _ command: ExporterCommand, bytes: Int, _ what: String = "", location: SourceLocation = #_sourceLocation
  ) throws {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: (command.target as NSString).deletingLastPathComponent)
    let name = (command.target as NSString).lastPathComponent
    let beside = names.filter { $0.hasPrefix(name) && $0 != name }
    #expect(beside == ["\(name).manifest.json"], "\(what)", sourceLocation: location)
    #expect(command.manifest["bytes"] as? Int == bytes, "\(what)", sourceLocation: location)
  }
}

private func firstDifference(_ found: Data, _ expected: Data) -> String {
  let at =
    zip(found, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? min(found.count, expected.count)
  func excerpt(_ data: Data) -> String {
    String(decoding: data.dropFirst(max(0, at - 60)).prefix(140), as: UTF8.self).debugDescription
  }
  return "the file differs at byte \(at):\n  found    \(excerpt(found))\n  expected \(excerpt(expected))"
}
