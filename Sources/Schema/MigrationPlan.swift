/// What to do to the schema.
public enum MigrationCommand: Sendable, Equatable {
  /// Apply all that is missing.
  case up
  /// Take the last one back.
  case down
  /// Take the last one back and apply it again.
  case redo
}

/// One thing that is done to the schema, in a transaction of its own.
public enum MigrationStep: Sendable, Equatable {
  case apply(Migration)
  case revert(Migration)

  /// The migration that it is about.
  public var migration: Migration {
    switch self {
    case .apply(let migration), .revert(let migration): migration
    }
  }
}

/// How the schema compares with what the program knows.
public enum SchemaState: Sendable, Equatable {
  /// Nothing was ever applied.
  case empty
  /// All that the program knows is applied, and nothing else.
  case current
  /// These are missing.
  case behind([Migration])
  /// A later program was here.
  case ahead(SchemaError)
  /// The two do not fit together at all.
  case broken(SchemaError)
}

/// What is applied beside what is known, and what follows from that. A value without a database.
public struct MigrationPlan: Sendable {
  private let known: [Migration]
  private let applied: [AppliedMigration]

  /// A comparison of `known`, in order, with `applied`, in any order.
  public init(known: [Migration], applied: [AppliedMigration]) {
    self.known = known
    self.applied = applied.sorted { $0.version < $1.version }
  }

  /// How the two compare.
  public var state: SchemaState {
    if applied.isEmpty { return .empty }
    if let error = mismatch {
      if case .ahead = error { return .ahead(error) }
      return .broken(error)
    }
    let missing = known.dropFirst(applied.count)
    return missing.isEmpty ? .current : .behind(Array(missing))
  }

  /// The error that keeps a program from using the schema as it is; nil if it can. An empty database is not
  /// told from one that is behind: who may set it up asks for ``state`` first.
  public var obstacle: SchemaError? {
    switch state {
    case .current: nil
    case .empty, .behind: .behind(database: databaseVersion, program: programVersion)
    case .ahead(let error), .broken(let error): error
    }
  }

  /// What `command` comes to, in order.
  public func steps(for command: MigrationCommand) throws(SchemaError) -> [MigrationStep] {
    if let mismatch { throw mismatch }
    switch command {
    case .up:
      return known.dropFirst(applied.count).map { .apply($0) }
    case .down, .redo:
      guard !applied.isEmpty else { throw .nothingToRevert }
      let last = known[applied.count - 1]
      guard last.isReversible else { throw .irreversible(last) }
      return command == .down ? [.revert(last)] : [.revert(last), .apply(last)]
    }
  }

  /// One line for each migration, for `migrate status`.
  public var lines: [String] {
    let byVersion = Dictionary(applied.map { ($0.version, $0) }, uniquingKeysWith: { first, _ in first })
    var lines = known.map { migration in
      guard let record = byVersion[migration.version] else { return "\(migration.title): pending" }
      let note = record.checksum == migration.checksum ? "" : ", and CHANGED since"
      return "\(migration.title): applied \(record.appliedAt)\(note)"
    }
    for record in applied where !known.contains(where: { $0.version == record.version }) {
      lines.append("\(fourDigits(record.version)) \(record.name): applied \(record.appliedAt), UNKNOWN here")
    }
    return lines
  }

  /// The newest version that is applied, 0 if none is.
  public var databaseVersion: Int { applied.last?.version ?? 0 }
  /// The newest version that is known.
  public var programVersion: Int { known.last?.version ?? 0 }

  /// What keeps the applied from being the beginning of the known.
  private var mismatch: SchemaError? {
    for (index, record) in applied.enumerated() {
      guard index < known.count else {
        return .ahead(database: databaseVersion, program: programVersion)
      }
      let migration = known[index]
      if record.version > migration.version { return .gap(migration) }
      if record.version < migration.version { return .unknown(record) }
      if record.checksum != migration.checksum { return .changed(migration) }
    }
    return nil
  }
}
