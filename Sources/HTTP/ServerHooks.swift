/// What a server asks of the program around it.
public struct ServerHooks: Sendable {
  /// Refuses requests without a right to the route, by throwing.
  public var authorize: @Sendable (Request, Route) throws -> Void = { _, _ in }
  /// Turns an error that a handler let through into what the client sees.
  public var explain: @Sendable (any Error, Request) -> Problem = { _, _ in
    Problem(.internalServerError, "something went wrong here; the log has it under this request's id")
  }
  /// Hears of every answer.
  public var answered: @Sendable (Request, Route?, Answer) -> Void = { _, _, _ in }

  /// Hooks that let everything pass.
  public init() {}

  /// What was answered.
  public struct Answer: Sendable {
    /// The status code.
    public let status: Int
    /// Nanoseconds from the complete head to the answer.
    public let duration: UInt64
    /// Bytes of the body.
    public let length: Int
  }
}
