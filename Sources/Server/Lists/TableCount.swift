/// What is known of how many rows a table has, as a value: counts come in, what to do comes out. Times are the loop's,
/// in milliseconds.
struct TableCount: Equatable, Sendable {
  /// What to answer a list with.
  enum Decision: Equatable, Sendable {
    /// Count ``cheapRows`` rows and one more now, and say by ``take(_:began:now:)`` or ``takeMany()`` what came of it.
    case countFew
    /// Count all now and wait for it, since somebody insists.
    case countAll
    /// Take this number, which is so many milliseconds old.
    case kept(Int64, age: UInt64)
    /// There are many rows, and of their number nothing is known but what the planner thinks.
    case estimate
  }

  private var rows: Int64?
  /// True if there were too many rows for ``Decision/countFew`` when somebody looked last.
  private var isMany = false
  private var countedAt: UInt64 = 0
  /// When to count again, at the soonest.
  private var nextAt: UInt64 = 0
  private var isCounting = false

  /// Up to so many rows are counted each time, in about a millisecond.
  static let cheapRows: Int64 = 20_000
  /// A number is not counted anew before it is so old.
  static let leastAge: UInt64 = 5000
  /// Nor before so many times what counting took: it takes one part in twenty of a connection at most.
  static let costFactor: UInt64 = 20
  /// After a count that failed.
  static let pause: UInt64 = 60_000

  /// What to answer with now.
  func decision(now: UInt64, insists: Bool) -> Decision {
    if insists { return .countAll }
    if let rows, rows > Self.cheapRows { return .kept(rows, age: now > countedAt ? now - countedAt : 0) }
    return isMany ? .estimate : .countFew
  }

  /// True if somebody should count aside; then nobody else is told to before ``take(_:began:now:)`` or
  /// ``fail(now:tookTooLong:)``.
  mutating func beginsCounting(now: UInt64) -> Bool {
    guard !isCounting, now >= nextAt else { return false }
    isCounting = true
    return true
  }

  /// A count of all is there, from whoever it is.
  mutating func take(_ count: Int64, began: UInt64, now: UInt64) {
    rows = count
    isMany = false
    countedAt = began
    nextAt = now + max(Self.leastAge, Self.costFactor * (now > began ? now - began : 0))
    isCounting = false
  }

  /// There are more rows than are counted each time.
  mutating func takeMany() {
    // Somebody has counted all of them meanwhile.
    if let rows, rows > Self.cheapRows { return }
    rows = nil
    isMany = true
  }

  /// A count aside failed. If it took too long there is no better one to come, and what is remembered would only grow
  /// wrong: from then on the planner is asked, who sees how large the table is.
  mutating func fail(now: UInt64, tookTooLong: Bool) {
    isCounting = false
    nextAt = now + Self.pause
    guard tookTooLong else { return }
    rows = nil
    isMany = true
  }

  /// This server has added or removed rows itself: whoever did so finds it in the next list.
  mutating func add(_ change: Int64) {
    if let rows { self.rows = max(0, rows + change) }
  }
}
