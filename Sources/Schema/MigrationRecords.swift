internal import Postgres

/// The table in which a database remembers its migrations.
struct MigrationRecords {
  private let session: PostgresSession

  init(_ session: PostgresSession) {
    self.session = session
  }

  /// What is applied beside `known`. A database without the table has nothing applied.
  func plan(_ known: [Migration]) async throws -> MigrationPlan {
    MigrationPlan(known: known, applied: try await applied())
  }

  private func applied() async throws -> [AppliedMigration] {
    let table = try await session.query("SELECT to_regclass('schema_migrations') IS NOT NULL")
    guard table.boolean(0, 0) == true else { return [] }
    let rows = try await session.query("\(raw: AppliedMigration.query)")
    return (0..<rows.count).map { AppliedMigration(rows, $0) }
  }

  /// Makes the table; fine if it is there.
  func create() async throws {
    try await session.run(
      script: """
        CREATE TABLE IF NOT EXISTS schema_migrations (
          version bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
          applied_at timestamptz NOT NULL DEFAULT clock_timestamp())
        """)
  }

  /// Notes that an empty database is being set up, so that whoever comes after one that was killed goes on with that
  /// instead of taking the schema for an old one. Gone with ``endSetUp()``.
  func beginSetUp() async throws {
    try await session.run(script: "COMMENT ON TABLE schema_migrations IS '\(Self.setUpNote)'")
  }

  /// Takes the note of ``beginSetUp()`` back.
  func endSetUp() async throws {
    try await session.run(script: "COMMENT ON TABLE schema_migrations IS NULL")
  }

  /// True from the first step of a set-up to its last, also where nobody is at it any more.
  func isBeingSetUp() async throws -> Bool {
    let rows = try await session.query(
      "SELECT obj_description(to_regclass('schema_migrations'), 'pg_class') = \(Self.setUpNote)")
    return rows.boolean(0, 0) == true
  }

  private static let setUpNote = "being set up"

  /// Nothing is applied, so a table of ours cannot be there: this database belongs to somebody else.
  func refuseForeignTables() async throws {
    let rows = try await session.query("SELECT to_regclass('customers') IS NOT NULL")
    if rows.boolean(0, 0) == true { throw SchemaError.foreignTable("customers") }
  }

  func add(_ migration: Migration) async throws {
    _ = try await session.query(
      """
      INSERT INTO schema_migrations (version, name, checksum)
      VALUES (\(Int64(migration.version)), \(migration.name), \(migration.checksum))
      """)
  }

  func remove(_ migration: Migration) async throws {
    _ = try await session.query(
      "DELETE FROM schema_migrations WHERE version = \(Int64(migration.version))")
  }
}

extension AppliedMigration {
  /// All records, as ``init(_:_:)`` reads them.
  static let query = """
    SELECT version, name, checksum, to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')
    FROM schema_migrations ORDER BY version
    """

  init(_ rows: Rows, _ row: Int) {
    self.init(
      version: Int(rows.integer(row, 0) ?? 0), name: rows.text(row, 1) ?? "",
      checksum: rows.text(row, 2) ?? "", appliedAt: rows.text(row, 3) ?? "")
  }
}
