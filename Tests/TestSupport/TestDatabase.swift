public import EventLoop
import Foundation
public import Postgres

/// A database of a test's own, on the project's private PostgreSQL.
///
/// The server is the one that `ROSTER_TEST_DATABASE_URL` names (a role there may create databases), else
/// `scripts/db start --name test` starts it.
public struct TestDatabase: Sendable {
  /// How to reach it.
  public let settings: ConnectionSettings
  /// Its name.
  public let name: String

  /// Why there is no database for the test.
  public struct Failure: Error, CustomStringConvertible {
    /// The reason.
    public let description: String
  }

  /// Makes a database, hands it to `body` and drops it, whatever comes of it.
  public static func with(
    _ loop: Loop, encoding: String = "UTF8", _ body: (TestDatabase) async throws -> Void
  ) async throws {
    let url = try await loop.offload { try server.get() }
    let settings = try ConnectionSettings(connectionString: url)
    let name = "test_\(UInt64.random(in: 0...UInt64.max))"
    try await run(
      "CREATE DATABASE \(name) TEMPLATE template0 ENCODING '\(encoding)' LOCALE 'C'", on: loop, settings)
    do {
      let parameters = settings.parameters + [.init(keyword: "dbname", value: name)]
      try await body(TestDatabase(settings: try ConnectionSettings(parameters), name: name))
    } catch {
      try? await run("DROP DATABASE \(name) WITH (FORCE)", on: loop, settings)
      throw error
    }
    try await run("DROP DATABASE \(name) WITH (FORCE)", on: loop, settings)
  }

  /// Opens a session, hands it to `body` and closes it.
  public func session<Value>(
    _ loop: Loop, _ body: (PostgresSession) async throws -> Value
  ) async throws -> Value {
    let session = try await PostgresSession.connect(loop, settings)
    defer { session.close() }
    return try await body(session)
  }

  private static func run(_ sql: String, on loop: Loop, _ settings: ConnectionSettings) async throws {
    let session = try await PostgresSession.connect(loop, settings)
    defer { session.close() }
    try await session.run(script: sql)
  }

  /// The server, found or started once; the first caller blocks while it starts.
  private static let server = Result {
    try ProcessInfo.processInfo.environment["ROSTER_TEST_DATABASE_URL"] ?? startedURL()
  }

  private static func startedURL() throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let process = Process()
    process.executableURL = root.appending(path: "scripts/db")
    process.arguments = ["start", "--name", "test"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0, let line = text.split(separator: "\n").last else {
      throw Failure(description: "scripts/db start --name test failed; it says why on standard error")
    }
    return String(line)
  }
}
