/// When a persona was born and last logged in.
///
/// There is no clock here: "now" is a fixed day, so that rows are the same today and in ten years.
enum LifeDates {
  /// 2026-01-01, in days since 2000-01-01. Every login lies before it.
  static let today = 9497
  /// The last login is at most so many days ago: three years.
  static let longestAbsence = 1095
  /// Everybody was an adult by the first login of all: born at least so many days ago, 21 years and three years.
  static let youngest = 8766
  /// How many days a birth may lie before that: 65 years.
  static let ageSpan = 23_741

  /// A birth, in days since 2000-01-01. Few are very young, and fewer are very old.
  @inline(__always) static func birth(_ draws: inout Draws) -> Int32 {
    let draw = draws.next()
    let first = draw >> 32
    let second = draw & 0xFFFF_FFFF
    let age = (first &+ (second &* second) >> 32) >> 1
    return Int32(truncatingIfNeeded: today &- youngest &- Int((age &* UInt64(ageSpan)) >> 32))
  }

  /// A login, in microseconds since 2000-01-01: a whole number of milliseconds. Most are recent, and more are by
  /// day than by night.
  @inline(__always) static func lastLogin(_ draws: inout Draws) -> Int64 {
    let draw = draws.next()
    let share = draw >> 32
    let daysAgo = Int64(truncatingIfNeeded: (((share &* share) >> 32) &* UInt64(longestAbsence)) >> 32)
    let clock = draws.next()
    let half = UInt64(43_200_000)
    let milliseconds = ((clock >> 32) &* half) >> 32 &+ ((clock & 0xFFFF_FFFF) &* half) >> 32
    let day = Int64(today) &- 1 &- daysAgo
    return (day &* 86_400_000 &+ Int64(truncatingIfNeeded: milliseconds)) &* 1000
  }
}
