internal import CLibPQ

/// What can go wrong between us and PostgreSQL. Messages never hold a password.
public enum PostgresError: Error, Sendable, Equatable {
  /// The server answered with an error.
  case server(ServerMessage)
  /// No connection could be made; nothing was sent.
  case cannotConnect(String)
  /// The connection broke; what was under way may or may not have happened.
  case connectionLost(String)
  /// No answer came within the limit of ours; the connection was given up.
  case timedOut
  /// More queries wait than the limit allows; nothing was sent.
  case overloaded
  /// No connection of the pool is up; nothing was sent.
  case unavailable(String)
  /// The connection or pool was closed by us.
  case closed
  /// The answer is not of the shape that the caller asked for.
  case unexpected(String)
}

/// An error as the server reported it.
public struct ServerMessage: Error, Sendable, Equatable {
  /// What kind of error it is.
  public var state: SQLState
  /// The primary message.
  public var message: String
  /// More, where the server gave it.
  public var detail: String?
  /// How to mend it, where the server gave it.
  public var hint: String?
  /// The constraint that was violated, if one was.
  public var constraint: String?
  /// Where in COPY data or in which function it happened.
  public var context: String?
  /// The server's function that reported it; its name is the same in every language.
  var routine: String?
  /// True if the server ends the connection with this.
  var isFatal = false

  init(result: OpaquePointer?) {
    func field(_ code: Int32) -> String? {
      PQresultErrorField(result, code).map { String(cString: $0) }
    }
    state = SQLState(field(DiagnosticField.sqlState) ?? "")
    message = field(DiagnosticField.primaryMessage) ?? "\(String(cString: PQresultErrorMessage(result)))"
    detail = field(DiagnosticField.detail)
    hint = field(DiagnosticField.hint)
    constraint = field(DiagnosticField.constraint)
    context = field(DiagnosticField.context)
    routine = field(DiagnosticField.routine)
    let severity = field(DiagnosticField.severity)
    isFatal = severity == "FATAL" || severity == "PANIC"
  }
}

/// libpq's `PG_DIAG_…` codes, which are C macros of character constants.
private enum DiagnosticField {
  static let sqlState = Int32(UInt8(ascii: "C"))
  static let primaryMessage = Int32(UInt8(ascii: "M"))
  static let detail = Int32(UInt8(ascii: "D"))
  static let hint = Int32(UInt8(ascii: "H"))
  static let constraint = Int32(UInt8(ascii: "n"))
  static let context = Int32(UInt8(ascii: "W"))
  static let routine = Int32(UInt8(ascii: "R"))
  static let severity = Int32(UInt8(ascii: "V"))
}

extension PostgresError: CustomStringConvertible {
  /// One line that an operator can act on.
  public var description: String {
    switch self {
    case .server(let message): message.description
    case .cannotConnect(let reason): "cannot connect to PostgreSQL: \(reason)"
    case .connectionLost(let reason): "the connection to PostgreSQL broke: \(reason)"
    case .timedOut: "PostgreSQL did not answer in time"
    case .overloaded: "too many queries wait for PostgreSQL"
    case .unavailable(let reason): "no connection to PostgreSQL is up: \(reason)"
    case .closed: "the connection to PostgreSQL was closed"
    case .unexpected(let what): "unexpected answer of PostgreSQL: \(what)"
    }
  }

  /// The SQLSTATE, where the server gave one.
  public var state: SQLState? {
    if case .server(let message) = self { message.state } else { nil }
  }
}

extension ServerMessage: CustomStringConvertible {
  /// `SQLSTATE 23505: …`, with detail, context and hint behind it.
  public var description: String {
    var text = state.code.isEmpty ? message : "SQLSTATE \(state): \(message)"
    if let detail { text += " (\(detail))" }
    if let context { text += " [\(context)]" }
    if let hint { text += " Hint: \(hint)" }
    return text
  }
}

extension OpaquePointer {
  /// libpq's message of a connection, on one line; nil if it has none.
  var errorText: String? {
    let words = String(cString: PQerrorMessage(self)).split(whereSeparator: \.isWhitespace)
    return words.isEmpty ? nil : words.joined(separator: " ")
  }

  /// The same, for where there must be something to show.
  var connectionMessage: String { errorText ?? "no reason was given" }
}
