/// Limits and times of an HTTP server. Times are in milliseconds, and are looked at up to four times a second.
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
  /// Time that a closing connection waits for the client to have read its answer.
  public var lingerTime: UInt64 = 30_000
  /// Of ``lingerTime``, how long without a byte from the client.
  public var lingerSilence: UInt64 = 2_000
  /// Once the server drains: time in which connections at rest are still read, for requests that are on their way.
  public var drainGrace: UInt64 = 1000
  /// Connections of this loop; more of them wait in the kernel's queue.
  public var connections = 8192
  /// Bytes of answers that slow readers of this loop may hold; beyond them bulk routes answer 503. Those without a key
  /// have an eighth as much to themselves, for bulk routes that are open.
  public var unreadBytes = 32 << 20
  /// Bytes of body from which on an answer is compressed for clients that ask for it.
  public var gzipFrom = 1024

  /// The defaults.
  public init() {}

  /// How often connections are looked at: four times in the shortest of the limits, within reason.
  var clockInterval: UInt64 {
    let shortest = min(headTime, bodyTime, idleTime, stallTime, lingerTime, lingerSilence)
    return min(max(shortest / 4, 10), 250)
  }
}
