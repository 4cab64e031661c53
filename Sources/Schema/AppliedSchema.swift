public import Postgres

/// A look at the schema over a pool, for programs that run.
public enum AppliedSchema {
  private static let records = PreparedStatement("schema_migrations", AppliedMigration.query)

  /// How the schema compares with what this program knows. Throws where the database cannot say.
  public static func plan(_ pool: PostgresPool, known: [Migration] = Migration.all) async throws
    -> MigrationPlan
  {
    do {
      let rows = try await pool.read(records)
      return MigrationPlan(known: known, applied: (0..<rows.count).map { AppliedMigration(rows, $0) })
    } catch let error as PostgresError where error.state == .undefinedTable {
      return MigrationPlan(known: known, applied: [])
    }
  }
}
