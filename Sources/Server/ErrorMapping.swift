import HTTP
import Postgres

/// Makes answers of the errors of the layers below; ``ImportFailure`` does for the import out of SQL Server.
enum ErrorMapping {
  static func problem(for error: any Error) -> Problem {
    if error is Writes.Uncertain {
      return .unavailable(
        "the database did not say whether this was written; look before sending it again, or send it with an "
          + "Idempotency-Key, which may be sent again as often as needed")
    }
    guard let error = error as? PostgresError else { return internalError }
    switch error {
    case .server(let message): return problem(for: message)
    case .cannotConnect, .connectionLost, .unavailable, .closed:
      return .unavailable("the database cannot be reached at the moment; try again")
    case .timedOut: return .unavailable("the database did not answer in time; try again")
    case .overloaded: return .unavailable("too many requests wait for the database; try again")
    case .unexpected: return internalError
    }
  }

  /// True for what an operator should see in the log.
  static func isFault(_ error: any Error) -> Bool { problem(for: error).status == .internalServerError }

  private static func problem(for message: ServerMessage) -> Problem {
    message.state.isTransient
      ? .unavailable("the database cannot do this at the moment; try again") : internalError
  }

  private static let internalError = Problem(
    .internalServerError, "something went wrong here; the log has it under this request's id")
}
