/// What happens while migrations run, for people, for logs and for tests that wait.
public enum MigrationEvent: Sendable, Equatable {
  /// Another process holds the lock; this one waits for it.
  case waitingForLock
  /// A step begins.
  case began(MigrationStep)
  /// A table that the step needs is in use; it is tried again, for the so-manieth time.
  case retrying(MigrationStep, attempt: Int)
  /// A step is done and committed, after so many milliseconds.
  case finished(MigrationStep, milliseconds: Int)
}

extension MigrationEvent: CustomStringConvertible {
  /// One line for a person.
  public var description: String {
    switch self {
    case .waitingForLock: "another process is migrating; waiting for it"
    case .began(.apply(let migration)): "applying \(migration.title)"
    case .began(.revert(let migration)): "taking back \(migration.title)"
    case .retrying(let step, let attempt): "\(step.migration.title): a table is in use, attempt \(attempt)"
    case .finished(let step, let milliseconds): "done \(step.migration.title) in \(milliseconds) ms"
    }
  }
}
