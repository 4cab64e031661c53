/// How many requests may be in flight. A value: the clock is the caller's.
///
/// It shrinks when the server says that it has too much to do, and grows back while pages come: half as many after
/// a word of the server, one more after as many pages as are in flight. What was sent before the server's word came
/// says nothing new when it is turned away too, so a whole wave of refusals halves the window once.
struct RequestWindow: Equatable, Sendable {
  /// A request that was let through, and under which window.
  struct Permit: Equatable, Sendable {
    fileprivate let wave: Int
  }

  /// How a request ended.
  enum End: Equatable, Sendable {
    /// With what was asked for.
    case answered
    /// The server said 429 or 503; with it, perhaps, for how many milliseconds to stay away.
    case pushedBack(retryAfter: UInt64?)
    /// In another way, which says nothing about how busy the server is.
    case otherwise
  }

  /// The window when nothing is the matter.
  let most: Int
  /// Requests that may be in flight.
  private(set) var limit: Int
  /// Requests that are in flight.
  private(set) var inFlight = 0
  /// No request is sent before this time, in the caller's milliseconds.
  private(set) var opensAt: UInt64 = 0
  private var wave = 0
  /// Pages that came since the window last changed.
  private var pages = 0

  init(most: Int) {
    self.most = most
    limit = most
  }

  /// Lets one request through, if there is room.
  mutating func admit(at now: UInt64) -> Permit? {
    guard inFlight < limit, now >= opensAt else { return nil }
    inFlight += 1
    return Permit(wave: wave)
  }

  /// Takes in that a request has ended.
  mutating func ended(_ permit: Permit, _ end: End, at now: UInt64) {
    inFlight -= 1
    switch end {
    case .otherwise: break
    case .answered:
      guard limit < most, permit.wave == wave else { return }
      pages += 1
      if pages >= limit {
        limit += 1
        pages = 0
      }
    case .pushedBack(let retryAfter):
      // The word of a whole server, so all requests stay away.
      if let retryAfter { opensAt = max(opensAt, now + retryAfter) }
      guard permit.wave == wave else { return }
      wave += 1
      limit = max(1, limit / 2)
      pages = 0
    }
  }
}
