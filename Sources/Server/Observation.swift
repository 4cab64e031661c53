import Postgres

/// Everything worth noticing while the server runs. The log and the metrics are its sinks.
enum Observation: Sendable {
  case listening(address: String, loops: Int, keys: Int)
  case databaseConnected(loop: Int)
  case databaseLost(loop: Int, PostgresError)
  case databaseUnreachable(loop: Int, PostgresError)
  case schemaChanged(String)
  /// The schema under the running server lacks what it needs.
  case schemaUnfit(loop: Int, String)
  case requestAnswered(RequestRecord)
  case requestFailed(id: String, error: String)
  /// The import of a file has come to its end, with or without rows.
  case fileImportEnded(FileImportRecord)
  case keysReloaded(Int)
  case keysNotReloaded(String)
  /// More descriptors were asked for than the process began with.
  case descriptorLimitRaised(from: Int, to: Int)
  /// There are too few descriptors for the clients that were asked for.
  case clientsReduced(to: Int, descriptors: Int)
  /// An import has begun; the number is that of its record.
  case importStarted(Int64)
  /// An attempt of it, counted from 1, came to nothing.
  case importAttemptFailed(Int, String)
  case importFinished(Int64, ImportCounts)
  case importFailed(Int64, String)
  /// It was ended since the server is to end.
  case importStopped(Int64)
  /// So many lines of the log were dropped, since nobody read them in time. The log tells it by itself.
  case logLinesDropped(Int)
  case stopping(signal: String)
  case stopped

  enum Level: Int, Sendable, Comparable {
    case debug, info, warning, error
    static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  var level: Level {
    switch self {
    case .requestAnswered(let record): record.status >= 500 ? .warning : .debug
    case .requestFailed: .error
    case .fileImportEnded(let record): record.outcome == .broken ? .warning : .info
    case .databaseLost, .databaseUnreachable, .keysNotReloaded, .schemaUnfit, .clientsReduced,
      .importAttemptFailed, .importFailed, .logLinesDropped:
      .warning
    case .databaseConnected: .debug
    case .listening, .schemaChanged, .keysReloaded, .descriptorLimitRaised, .stopping, .stopped,
      .importStarted,
      .importFinished, .importStopped:
      .info
    }
  }

  /// The kinds, by their names, stable for those who search logs or draw graphs.
  enum Kind: String, Sendable, CaseIterable {
    case listening
    case databaseConnected = "database_connected"
    case databaseLost = "database_lost"
    case databaseUnreachable = "database_unreachable"
    case schemaChanged = "schema_changed"
    case schemaUnfit = "schema_unfit"
    case requestAnswered = "request"
    case requestFailed = "request_failed"
    case fileImportEnded = "file_import_ended"
    case keysReloaded = "keys_reloaded"
    case keysNotReloaded = "keys_not_reloaded"
    case descriptorLimitRaised = "descriptor_limit_raised"
    case clientsReduced = "clients_reduced"
    case importStarted = "import_started"
    case importAttemptFailed = "import_attempt_failed"
    case importFinished = "import_finished"
    case importFailed = "import_failed"
    case importStopped = "import_stopped"
    case logLinesDropped = "log_lines_dropped"
    case stopping
    case stopped
  }

  var kind: Kind {
    switch self {
    case .listening: .listening
    case .databaseConnected: .databaseConnected
    case .databaseLost: .databaseLost
    case .databaseUnreachable: .databaseUnreachable
    case .schemaChanged: .schemaChanged
    case .schemaUnfit: .schemaUnfit
    case .requestAnswered: .requestAnswered
    case .requestFailed: .requestFailed
    case .fileImportEnded: .fileImportEnded
    case .keysReloaded: .keysReloaded
    case .keysNotReloaded: .keysNotReloaded
    case .descriptorLimitRaised: .descriptorLimitRaised
    case .clientsReduced: .clientsReduced
    case .importStarted: .importStarted
    case .importAttemptFailed: .importAttemptFailed
    case .importFinished: .importFinished
    case .importFailed: .importFailed
    case .importStopped: .importStopped
    case .logLinesDropped: .logLinesDropped
    case .stopping: .stopping
    case .stopped: .stopped
    }
  }

  /// What there is to say, by name.
  var fields: [(StaticString, Field)] {
    switch self {
    case .listening(let address, let loops, let keys):
      [("address", .text(address)), ("loops", .number(loops)), ("keys", .number(keys))]
    case .databaseConnected(let loop): [("loop", .number(loop))]
    case .databaseLost(let loop, let error), .databaseUnreachable(let loop, let error):
      [("loop", .number(loop)), ("error", .text(error.description))]
    case .schemaChanged(let migration): [("migration", .text(migration))]
    case .schemaUnfit(let loop, let reason): [("loop", .number(loop)), ("error", .text(reason))]
    case .requestAnswered(let record): record.fields
    case .requestFailed(let id, let error): [("request_id", .text(id)), ("error", .text(error))]
    case .fileImportEnded(let record): record.fields
    case .keysReloaded(let count): [("keys", .number(count))]
    case .keysNotReloaded(let reason): [("error", .text(reason))]
    case .descriptorLimitRaised(let before, let now): [("from", .number(before)), ("to", .number(now))]
    case .clientsReduced(let clients, let descriptors):
      [("clients", .number(clients)), ("descriptors", .number(descriptors))]
    case .importStarted(let number), .importStopped(let number): [("import", .number(Int(number)))]
    case .importAttemptFailed(let attempt, let reason):
      [("attempt", .number(attempt)), ("error", .text(reason))]
    case .importFailed(let number, let reason): [("import", .number(Int(number))), ("error", .text(reason))]
    case .importFinished(let number, let counts): [("import", .number(Int(number)))] + counts.fields
    case .logLinesDropped(let lines): [("lines", .number(lines))]
    case .stopping(let signal): [("signal", .text(signal))]
    case .stopped: []
    }
  }

  enum Field: Sendable {
    case text(String)
    case number(Int)
  }
}

/// One answered request.
struct RequestRecord: Sendable {
  var id: String
  var method: String
  var path: String
  var route: String?
  var status: Int
  /// Microseconds from the complete head to the answer.
  var duration: Int
  /// Bytes of the body.
  var length: Int
  var peer: String?

  var fields: [(StaticString, Observation.Field)] {
    [
      ("request_id", .text(id)), ("method", .text(method)), ("path", .text(path)),
      ("status", .number(status)),
      ("microseconds", .number(duration)), ("bytes", .number(length)), ("peer", .text(peer ?? "")),
    ]
  }
}
