import HTTP
import ODBC
import Postgres

/// Why an attempt to import came to nothing.
struct ImportFailure: Error, Equatable, CustomStringConvertible {
  enum Kind: Equatable {
    /// The source said nothing for too long.
    case silentSource
    /// The source cannot be reached, or broke off.
    case brokenSource
    /// The source does not let us in: the same name and password would not help again, and may lock the user out.
    case refused
    /// The source does not understand the query, or its answer lacks a column.
    case wrongQuery
    /// No driver, or threads hang in it: this machine's own trouble.
    case noDriver
    /// PostgreSQL is away, and may be back soon.
    case databaseAway
    /// PostgreSQL does not take what it is given: a fault of ours.
    case database
  }

  let kind: Kind
  let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// Whatever an attempt threw.
  init(_ error: any Error) {
    switch error {
    case let failure as ImportFailure: self = failure
    case let silence as ODBCSilence:
      self.init(.silentSource, "SQL Server said nothing for \(silence.milliseconds) ms")
    case let error as ODBCThreadsError: self.init(.noDriver, "\(error)")
    case let error as ODBCError: self.init(Self.kind(of: error), "SQL Server: \(error)")
    case let error as PostgresError: self.init(error.isAway ? .databaseAway : .database, "\(error)")
    default: self.init(.database, "\(error)")
    }
  }

  private static func kind(of error: ODBCError) -> Kind {
    if error.isTimeout { return .silentSource }
    if error.isMissingDriver { return .noDriver }
    if error.isRefusedLogIn { return .refused }
    return error.isWrongQuery ? .wrongQuery : .brokenSource
  }

  /// True if another attempt may go better.
  var passes: Bool { [.silentSource, .brokenSource, .databaseAway].contains(kind) }

  /// How it is told to who asked.
  var status: Status {
    switch kind {
    case .silentSource: .gatewayTimeout
    case .brokenSource, .refused, .wrongQuery: .badGateway
    case .noDriver, .databaseAway: .serviceUnavailable
    case .database: .internalServerError
    }
  }

  /// What is told. Of the source: what its driver says, as it is but for the password, since whoever asks has to mend what
  /// it names. Of our own database: nothing that is only for the log.
  var shown: String {
    switch kind {
    case .databaseAway: "the database cannot be reached at the moment; try again"
    case .database: "something went wrong here; the log has it"
    default: description
    }
  }
}

extension PostgresError {
  /// True if PostgreSQL may well be back, or have what it needs, in a while.
  fileprivate var isAway: Bool {
    switch self {
    case .cannotConnect, .connectionLost, .timedOut, .unavailable, .overloaded, .closed: true
    case .server(let message): message.state.isTransient
    case .unexpected: false
    }
  }
}
