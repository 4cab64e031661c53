/// Limits and times of an HTTP server. Times are in milliseconds.
public struct ServerSettings: Sendable {
  /// Limits of a request's head.
  public var head = HeadLimits()
  /// Time from a head's first byte (or the connect) to its end; then 408.
  public var headTime: UInt64 = 10_000
  /// Time for a body to arrive; then 408.
  public var bodyTime: UInt64 = 30_000
  /// Time that a connection may rest between two requests.
  public var idleTime: UInt64 = 75_000
  /// Time that a reader may take nothing of an answer; then it is cut.
  public var stallTime: UInt64 = 30_000
  /// Connections of this loop; more of them wait in the kernel's queue.
  public var connections = 8192
  /// Bytes of answers that slow readers of this loop may hold; beyond them bulk routes answer 503.
  public var unreadBytes = 32 << 20

  /// The defaults.
  public init() {}
}

/// What a server asks of the program around it.
public struct ServerHooks: Sendable {
  /// Refuses requests without a right to the route, by throwing.
  public var authorize: @Sendable (Request, Route) throws -> Void = { _, _ in }
  /// Turns an error of a handler into what the client sees. The one place where layers' errors become HTTP.
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
