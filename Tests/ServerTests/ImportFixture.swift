import EventLoop
import ODBC
import Options
import Postgres
import Schema
import TestSupport

@testable import Server

/// An import between a source and a database of the test's own.
struct ImportFixture {
  let loop: Loop
  let session: PostgresSession
  let database: ConnectionSettings
  /// What was noticed.
  let seen = Locked<[Observation]>([])

  /// A migrated database, with a TDS server before it that has the tables of `script`.
  static func with(
    _ script: String, mood: String = "well",
    _ body: @escaping @Sendable (ImportFixture, TDSServer) async throws -> Void
  ) async throws {
    try await onLoop { loop in
      try await TDSServer.with(loop, script, mood: mood) { server in
        try await TestDatabase.with(loop) { database in
          try await migrated(loop, database.settings) { try await body($0, server) }
        }
      }
    }
  }

  /// Migrates the database.
  static func migrated(
    _ loop: Loop, _ database: ConnectionSettings, _ body: (ImportFixture) async throws -> Void
  ) async throws {
    try await Migrator(loop, database).prepare()
    let session = try await PostgresSession.connect(loop, database)
    defer { session.close() }
    try await body(ImportFixture(loop: loop, session: session, database: database))
  }

  /// What options with these arguments say; the pause between attempts is none unless they say so.
  static func settings(_ arguments: [String]) throws -> SourceSettings {
    let options = try ServerOptions.program.parse(
      ["postgresql:///x", "import", "customers", "--mssql-retries-sleep", "0s"] + arguments)
    guard let settings = try SourceSettings(options) else { throw UsageError("no source is named") }
    return settings
  }

  static func settings(_ server: TDSServer, _ arguments: [String] = []) throws -> SourceSettings {
    try settings(
      [
        "--mssql-host", "127.0.0.1", "--mssql-port", "\(server.port)", "--mssql-user", "sa",
        "--mssql-password",
        TDSServer.password, "--mssql-db", "test", "--mssql-query", "SELECT * FROM dbo.users",
      ] + arguments)
  }

  func customerImport(_ settings: SourceSettings) -> CustomerImport {
    CustomerImport(settings, database) { [seen] event in seen.withLock { $0.append(event) } }
  }

  /// Runs a whole import.
  func outcome(_ settings: SourceSettings) async -> ImportOutcome? {
    await customerImport(settings).outcome(on: loop)
  }

  func run(_ server: TDSServer, _ arguments: [String] = []) async throws -> ImportOutcome? {
    await outcome(try Self.settings(server, arguments))
  }

  /// All rows of a query as texts, cells with `|` between.
  func rows(_ query: String) async throws -> [String] {
    let columns =
      "SELECT concat_ws('|', VARIADIC array(SELECT coalesce(value, '-') FROM json_each_text(row_to_json(q)))) FROM (\(query)) AS q"
    let rows = try await session.query(SQL(stringLiteral: columns))
    return (0..<rows.count).map { rows.text($0, 0) ?? "" }
  }

  func count(_ table: String) async throws -> Int64? {
    try await session.query(SQL(stringLiteral: "SELECT count(*) FROM \(table)")).integer(0, 0)
  }

  /// What is written down of the last import: state, attempt and counts.
  func record() async throws -> String? {
    try await rows(
      "SELECT state, attempt, read, inserted, updated, unchanged, rejected FROM imports ORDER BY import_id DESC"
    ).first
  }

  /// The findings of the last import.
  func findings() async throws -> [String] {
    try await rows(
      """
      SELECT line, source_ref, reason FROM import_findings
      WHERE import_id = (SELECT max(import_id) FROM imports) ORDER BY line
      """)
  }
}

extension ImportCounts {
  /// Counts in the order of the answer, without what is unchanged.
  init(_ read: Int64, _ inserted: Int64, _ updated: Int64, _ rejected: Int64) {
    self.init(read: read, inserted: inserted, updated: updated, rejected: rejected)
  }
}

/// Tables of registered users.
enum Users {
  static let table = """
    CREATE TABLE dbo.users (
      id INT, phone NVARCHAR(30), firstname NVARCHAR(200), lastname NVARCHAR(300), email NVARCHAR(320),
      birthday DATE, gender NVARCHAR(10), city_id INT, last_auth_at DATETIME2);

    """

  /// So many users, all different.
  static func many(_ count: Int) -> String {
    table + """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
      INSERT INTO dbo.users SELECT i, printf('+7902%07d', i), 'Имя ' || (i % 100), 'Фамилия ' || i,
        'user' || i || '@example.com', date('1950-01-01', (i % 20000) || ' days'), 'M', i % 50,
        '2024-01-09 08:45:19.097' FROM n;
      """
  }
}

/// What no test expects.
struct Surprise: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
