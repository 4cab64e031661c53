/// What kind of error PostgreSQL reports: five characters, of which the first two are the class. The names are those of
/// PostgreSQL's own list (appendix A of its manual).
public struct SQLState: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The five characters; empty where an error came from libpq itself.
  public let code: String

  /// A state by its characters.
  public init(_ code: String) { self.code = code }

  /// A state by its characters.
  public init(stringLiteral code: String) { self.code = code }

  /// The five characters.
  public var description: String { code }

  /// The statement cannot be done; of a prepared one: its plan does not fit any more.
  static let featureNotSupported: SQLState = "0A000"
  /// A row with this key is there already.
  public static let uniqueViolation: SQLState = "23505"
  /// Nothing may be written here, such as on a standby.
  static let readOnlySQLTransaction: SQLState = "25006"
  /// The session was ended since its transaction rested for too long.
  static let idleInTransactionSessionTimeout: SQLState = "25P03"
  /// The session was ended since its transaction took too long.
  static let transactionTimeout: SQLState = "25P04"
  /// There is no prepared statement of this name.
  static let invalidSQLStatementName: SQLState = "26000"
  /// Two transactions could not both be as if the other one was not there, and this one had to give way.
  static let serializationFailure: SQLState = "40001"
  /// Two transactions waited for each other, and this one had to give way.
  static let deadlockDetected: SQLState = "40P01"
  /// There is no such table.
  public static let undefinedTable: SQLState = "42P01"
  /// There is a prepared statement of this name already.
  static let duplicatePreparedStatement: SQLState = "42P05"
  /// The server has no room for one more session.
  public static let tooManyConnections: SQLState = "53300"
  /// A lock did not come in time.
  public static let lockNotAvailable: SQLState = "55P03"
}

extension SQLState {
  /// The first two characters of a state.
  public enum Class: String, Sendable {
    /// The connection, or the server's own to another one.
    case connectionException = "08"
    /// A value is none of its type.
    case dataException = "22"
    /// A constraint is in the way.
    case integrityConstraintViolation = "23"
    /// The transaction was rolled back for the sake of others.
    case transactionRollback = "40"
    /// The statement is wrong, or its user may not.
    case syntaxErrorOrAccessRuleViolation = "42"
    /// Out of memory, disk or sessions.
    case insufficientResources = "53"
    /// In use, or a lock did not come.
    case objectNotInPrerequisiteState = "55"
    /// Ended by a time limit or by somebody; the server stops or starts.
    case operatorIntervention = "57"
  }

  /// True if it belongs to one of these classes.
  public func isOf(_ classes: Class...) -> Bool {
    classes.contains { code.hasPrefix($0.rawValue) }
  }

  /// True if the same may well succeed later: the server is away or full, others were in the way, a time limit came, or
  /// only reading is possible at the moment.
  public var isTransient: Bool {
    isOf(
      .connectionException, .transactionRollback, .insufficientResources, .objectNotInPrerequisiteState,
      .operatorIntervention)
      || [.readOnlySQLTransaction, .idleInTransactionSessionTimeout, .transactionTimeout].contains(self)
  }

  /// True if the server stops, starts or has crashed (`57P01` and on).
  public var isShutdown: Bool { code.hasPrefix("57P") }

  /// True if the transaction gave way to another one: begun again, it may succeed at once.
  public var gaveWay: Bool { self == .deadlockDetected || self == .serializationFailure }

  /// True if others hold a lock that is needed: it did not come in time, or waiting for it was a deadlock.
  public var isOfLocks: Bool { self == .lockNotAvailable || self == .deadlockDetected }
}
