/// What is known of how many rows a table has, as a value: counts come in, what to do comes out. Times are the loop's,
/// in milliseconds.
struct TableCount: Equatable, Sendable {
  /// What to answer a list with.
  enum Decision: Equatable, Sendable {
    /// Count now and wait for it: it is cheap, or somebody insists.
    case count
    /// Take this number, which is so many milliseconds old.
    case kept(Int64, age: UInt64)
    /// Nothing is known but what the planner thinks.
    case estimate
  }

  private var rows: Int64?
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
    if insists { return .count }
    guard let rows else { return .estimate }
    return rows <= Self.cheapRows ? .count : .kept(rows, age: now > countedAt ? now - countedAt : 0)
  }

  /// True if somebody should count aside; then nobody else is told to before ``take(_:began:now:)`` or ``fail(now:)``.
  mutating func beginsCounting(now: UInt64) -> Bool {
    guard !isCounting, now >= nextAt else { return false }
    isCounting = true
    return true
  }

  /// A count is there.
  mutating func take(_ count: Int64, began: UInt64, now: UInt64) {
    rows = count
    countedAt = began
    nextAt = now + max(Self.leastAge, Self.costFactor * (now > began ? now - began : 0))
    isCounting = false
  }

  /// A count failed.
  mutating func fail(now: UInt64) {
    isCounting = false
    nextAt = now + Self.pause
  }

  /// This server has added or removed rows itself: whoever did so finds it in the next list.
  mutating func add(_ change: Int64) {
    if let rows { self.rows = max(0, rows + change) }
  }
}
