/// Why the schema is not as a program needs it. The description says what mends it.
public enum SchemaError: Error, Sendable, Equatable {
  /// The database lacks migrations that this program needs.
  case behind(database: Int, program: Int)
  /// The database has migrations of a later program.
  case ahead(database: Int, program: Int)
  /// A version below the newest was never applied.
  case gap(Migration)
  /// An applied version that this program does not have, though it has later ones.
  case unknown(AppliedMigration)
  /// The SQL of an applied migration is not what it was.
  case changed(Migration)
  /// Nothing is applied, so nothing can be taken back.
  case nothingToRevert
  /// The migration has no way back.
  case irreversible(Migration)
  /// There is a table of our name that no migration of ours has made.
  case foreignTable(String)
  /// Another process holds the lock and does not let go.
  case locked
  /// A table that the migration needs stays in use.
  case busy(Migration)
}

extension SchemaError: CustomStringConvertible {
  /// One line that says what is wrong and how to mend it.
  public var description: String {
    switch self {
    case .behind(let database, let program):
      "the database's schema is at version \(database) and this program needs \(program); "
        + "run `server <connection_url> migrate up`"
    case .ahead(let database, let program):
      "the database's schema is at version \(database) and this program knows only \(program); "
        + "use the newer program, or take the schema back with the newer one's `migrate down`"
    case .gap(let migration):
      "migration \(migration.title) was never applied, but later ones were; "
        + "give it the next free version, so that every database applies it in the same order"
    case .unknown(let applied):
      "the database has a migration \(fourDigits(applied.version)) \(applied.name) that this program does not "
        + "know, though it knows later ones; it comes from another line of development"
    case .changed(let migration):
      "migration \(migration.title) was changed after it had been applied; "
        + "restore its SQL and put the change into a new migration"
    case .nothingToRevert: "no migration is applied; there is nothing to take back"
    case .irreversible(let migration): "migration \(migration.title) has no way back"
    case .foreignTable(let name):
      "the database has a table `\(name)` that Roster has not made; name an empty database"
    case .locked: "another migration is running and does not end; try again when it has"
    case .busy(let migration):
      "migration \(migration.title) cannot lock a table that is in use; "
        + "end the long transaction (see pg_stat_activity) and try again"
    }
  }
}
