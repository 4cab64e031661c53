/// How long to wait before a request is sent again, and for how long to go on with that. A value: the clock and the
/// dice are the caller's.
struct RetryPolicy: Equatable, Sendable {
  /// The wait after the first failure, in milliseconds; it doubles with each further one.
  var firstDelay: UInt64 = 250
  /// The longest wait, unless the server asks for more.
  var longestDelay: UInt64 = 15_000
  /// So long may the export go without one page before it is given up.
  var patience: UInt64 = 120_000

  /// Milliseconds to wait after failure number `attempt`, counted from 1; nil to give up.
  ///
  /// - Parameters:
  ///   - retryAfter: what the server asked for, in milliseconds.
  ///   - silence: milliseconds since a page came.
  ///   - dice: a random number in 0..<1; it spreads the requests that failed together.
  func delay(attempt: Int, retryAfter: UInt64?, silence: UInt64, dice: Double) -> UInt64? {
    let doubled = firstDelay << UInt64(min(max(attempt - 1, 0), 20))
    let backoff = min(doubled, longestDelay)
    // At least half of it, so that a server in trouble does get its rest.
    var delay = backoff / 2 + UInt64(Double(backoff / 2) * dice)
    if let retryAfter { delay = max(delay, retryAfter + UInt64(Double(firstDelay) * dice)) }
    return silence + delay <= patience ? delay : nil
  }

  /// Reads `Retry-After`: whole seconds. The other form, a date, is rare and needs the server's clock; it counts as
  /// not given.
  static func retryAfter(_ header: String?) -> UInt64? {
    guard let header, let seconds = UInt64(header), seconds <= 86_400 * 365 else { return nil }
    return seconds * 1000
  }
}
