public import EventLoop
import Foundation
public import Postgres

/// A database of a test's own.
///
/// The server is the one that `ROSTER_TEST_DATABASE_URL` names (a role there may create databases), else one that
/// lives as long as the process.
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
    let settings = try await loop.aside { try server() }
    let name = "test_\(UInt64.random(in: 0...UInt64.max))"
    try await run(
      "CREATE DATABASE \(name) TEMPLATE template0 ENCODING '\(encoding)' LOCALE 'C'", on: loop, settings)
    do {
      try await body(TestDatabase(settings: try settings.with("dbname", name), name: name))
    } catch {
      try? await drop(name, on: loop, settings)
      throw error
    }
    try await drop(name, on: loop, settings)
  }

  /// Ends the sessions of the role's own and drops the database. `WITH (FORCE)` would end a worker of autovacuum too,
  /// which only a superuser may; a plain `DROP` waits for it.
  private static func drop(_ name: String, on loop: Loop, _ settings: ConnectionSettings) async throws {
    try await run(
      """
      SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
      WHERE datname = '\(name)' AND usename = current_user AND backend_type = 'client backend'
      """, on: loop, settings)
    try await run("DROP DATABASE \(name)", on: loop, settings)
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

  /// Blocks while a server starts.
  private static func server() throws -> ConnectionSettings {
    if let url = ProcessInfo.processInfo.environment["ROSTER_TEST_DATABASE_URL"], !url.isEmpty {
      return try ConnectionSettings(connectionString: url)
    }
    return try PrivateCluster.shared().settings
  }
}

extension ConnectionSettings {
  /// These settings with another value for one parameter.
  public func with(_ keyword: String, _ value: String) throws -> ConnectionSettings {
    try ConnectionSettings(parameters + [.init(keyword: keyword, value: value)])
  }
}
