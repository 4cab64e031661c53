/// How long to wait before a request is sent again, and for how long to go on with that. A value: the clock and the
/// dice are the caller's.
public struct RetryPolicy: Equatable, Sendable {
  /// The wait after the first failure, in milliseconds; it doubles with each further one.
  public var firstDelay: UInt64
  /// The longest wait, unless the server asks for more.
  public var longestDelay: UInt64
  /// So long may the export go without one page before it is given up.
  public var patience: UInt64

  /// A policy; times are in milliseconds.
  public init(firstDelay: UInt64 = 250, longestDelay: UInt64 = 15_000, patience: UInt64 = 120_000) {
    self.firstDelay = firstDelay
    self.longestDelay = longestDelay
    self.patience = patience
  }

  /// Milliseconds to wait after failure number `attempt`, counted from 1; nil to give up.
  ///
  /// - Parameters:
  ///   - retryAfter: what the server asked for, in milliseconds.
  ///   - silence: milliseconds since a page came.
  ///   - dice: a random number in 0..<1; it spreads the requests that failed together.
  public func delay(attempt: Int, retryAfter: UInt64?, silence: UInt64, dice: Double) -> UInt64? {
    let doubled = firstDelay << UInt64(min(max(attempt - 1, 0), 20))
    let backoff = min(doubled, longestDelay)
    // At least half of it, so that a server in trouble does get its rest.
    var delay = backoff / 2 + UInt64(Double(backoff / 2) * dice)
    if let retryAfter { delay = max(delay, retryAfter + UInt64(Double(firstDelay) * dice)) }
    return silence + delay <= patience ? delay : nil
  }

  /// The most that a server may ask for and be believed, in seconds; it is beyond any patience.
  private static let longestWish: Int64 = 86_400 * 365

  /// Reads `Retry-After` as milliseconds from now: whole seconds or a date; nil for anything else.
  ///
  /// - Parameters:
  ///   - date: the response's `Date`. A server that names a moment means it by its own clock.
  ///   - now: seconds since 1970 by our clock, for a server that does not tell its own.
  public static func retryAfter(_ header: String?, date: String?, now: Int64) -> UInt64? {
    guard let header else { return nil }
    if let seconds = Int64(header), header.utf8.first.map({ (0x30...0x39).contains($0) }) == true {
      return seconds <= longestWish ? UInt64(seconds) * 1000 : nil
    }
    guard let moment = HTTPDate.seconds(header) else { return nil }
    let wait = max(0, moment - (date.flatMap { HTTPDate.seconds($0) } ?? now))
    return wait <= longestWish ? UInt64(wait) * 1000 : nil
  }
}
