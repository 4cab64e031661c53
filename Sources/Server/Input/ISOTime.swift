import Bytes

/// A time as ISO 8601 writes it, and how exactly it says it: `2024-01-09` is any moment of a day,
/// `2024-01-09T08:45:19.09Z` any of ten milliseconds.
struct ISOTime: Equatable, Sendable {
  /// The first moment, in microseconds since 2000-01-01, in UTC.
  let start: Int64
  /// Microseconds to the first moment that is meant no more.
  let length: Int64
  /// True if seconds and a zone are there, as RFC 3339 wants.
  let isComplete: Bool

  /// Reads a date, or a date and a time of day to the minute, the second or a part of it; nil for everything else and
  /// for what is not in the years 1 to 9999. Without a zone it is UTC.
  init?(_ text: some StringProtocol) {
    var digits = Digits(text.utf8)
    guard let year = digits.number(4), digits.skip("-"), let month = digits.number(2), digits.skip("-"),
      let day = digits.number(2)
    else { return nil }
    let date = CivilDate(year: year, month: month, day: day)
    // A day that the month does not have comes back as one of the next month.
    guard (1...12).contains(month), (1...31).contains(day),
      CivilDate(daysSince1970: date.daysSince1970) == date
    else { return nil }
    var start = Int64(date.daysSince1970 - postgresEpochDay) * Self.day
    var length = Self.day
    var isComplete = false
    if !digits.isAtEnd {
      guard digits.skip("Tt "), let time = Self.timeOfDay(&digits) else { return nil }
      start += time.start
      length = time.length
      if !digits.isAtEnd {
        guard let offset = Self.zone(&digits), digits.isAtEnd else { return nil }
        start -= offset
        isComplete = length <= Self.second
      }
    }
    guard Self.range.contains(start) else { return nil }
    self.start = start
    self.length = length
    self.isComplete = isComplete
  }

  /// A date alone, in days since 2000-01-01; nil for everything else.
  static func date(_ text: some StringProtocol) -> Int32? {
    guard text.utf8.count == 10, let time = ISOTime(text) else { return nil }
    return Int32(time.start.divided(by: day))
  }

  /// The moment, to the millisecond, of a time that is complete; nil for everything else.
  static func moment(_ text: some StringProtocol) -> Int64? {
    guard let time = ISOTime(text), time.isComplete else { return nil }
    return time.start.divided(by: millisecond) * millisecond
  }

  private static let millisecond: Int64 = 1000
  private static let second: Int64 = 1_000_000
  private static let minute = 60 * second
  private static let day = 1440 * minute
  /// Years 1 to 9999.
  private static let range =
    Int64(CivilDate(year: 1, month: 1, day: 1).daysSince1970 - postgresEpochDay) * day..<Int64(
      CivilDate(year: 10_000, month: 1, day: 1).daysSince1970 - postgresEpochDay) * day

  private static func timeOfDay(_ digits: inout Digits) -> (start: Int64, length: Int64)? {
    guard let hour = digits.number(2), hour < 24, digits.skip(":"), let minute = digits.number(2), minute < 60
    else { return nil }
    let start = Int64(hour * 60 + minute) * Self.minute
    guard digits.skip(":") else { return (start, Self.minute) }
    // A leap second is the first one of the next minute.
    guard let seconds = digits.number(2), seconds <= 60 else { return nil }
    guard digits.skip(".") else { return (start + Int64(seconds) * second, second) }
    guard let fraction = digits.fraction() else { return nil }
    return (start + Int64(seconds) * second + fraction.microseconds, fraction.length)
  }

  /// How far the zone is ahead of UTC. In a query string a plus sign that was not encoded arrives as a blank.
  private static func zone(_ digits: inout Digits) -> Int64? {
    if digits.skip("Zz") { return 0 }
    let isBehind = digits.skip("-")
    guard isBehind || digits.skip("+ "), let hours = digits.number(2), hours < 24, digits.skip(":"),
      let minutes = digits.number(2), minutes < 60
    else { return nil }
    let offset = Int64(hours * 60 + minutes) * minute
    return isBehind ? -offset : offset
  }
}

/// A text that is read from its front.
private struct Digits {
  private var rest: [UInt8].SubSequence

  init(_ text: some Collection<UInt8>) { rest = Array(text)[...] }

  var isAtEnd: Bool { rest.isEmpty }

  /// Steps over one of these bytes.
  mutating func skip(_ bytes: String) -> Bool {
    guard let first = rest.first, bytes.utf8.contains(first) else { return false }
    rest.removeFirst()
    return true
  }

  /// A number of exactly so many digits.
  mutating func number(_ count: Int) -> Int? {
    let text = rest.prefix(count)
    guard text.count == count, text.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    rest.removeFirst(count)
    return text.reduce(0) { $0 * 10 + Int($1) - 0x30 }
  }

  /// The digits behind the point, and how much the last one of the first three stands for. Rows have milliseconds: what
  /// says more, and other than zeros, means no moment that a row can have, so that its length is 0.
  mutating func fraction() -> (microseconds: Int64, length: Int64)? {
    let text = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
    guard !text.isEmpty else { return nil }
    rest.removeFirst(text.count)
    var microseconds: Int64 = 0
    var unit: Int64 = 1_000_000
    for digit in text.prefix(6) {
      unit /= 10
      microseconds += Int64(digit - 0x30) * unit
    }
    return (microseconds, text.dropFirst(3).allSatisfy { $0 == 0x30 } ? max(unit, 1000) : 0)
  }
}

extension Int64 {
  /// Division towards the past: the rest is never negative.
  fileprivate func divided(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
