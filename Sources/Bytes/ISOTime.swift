/// A time as ISO 8601 writes it, and how exactly it says it: `2024-01-09` is any moment of a day,
/// `2024-01-09T08:45:19.09Z` any of ten milliseconds. The one reader of dates and times that come in.
public struct ISOTime: Equatable, Sendable {
  /// The first moment, in microseconds since 2000-01-01, in UTC.
  public let start: Int64
  /// Microseconds to the first moment that is meant no more.
  public let length: Int64
  /// True if seconds and a zone are there, as RFC 3339 wants.
  public let isComplete: Bool

  /// Reads a date, or a date and a time of day to the minute, the second or a part of it; nil for everything else and
  /// for what is not in the years 1 to 9999. Without a zone it is UTC.
  public init?(_ text: UnsafeRawBufferPointer) {
    var reader = TimeReader(text)
    guard let days = reader.date() else { return nil }
    var start = Int64(days) * Self.day
    var length = Self.day
    var isComplete = false
    if !reader.isAtEnd {
      guard reader.takeSeparator(), let time = Self.timeOfDay(&reader) else { return nil }
      start += time.start
      length = time.length
      if !reader.isAtEnd {
        guard let minutes = reader.zone(), reader.isAtEnd else { return nil }
        start -= Int64(minutes) * Self.minute
        isComplete = length <= Self.second
      }
    }
    guard Self.range.contains(start) else { return nil }
    self.start = start
    self.length = length
    self.isComplete = isComplete
  }

  /// Reads a text, as above.
  public init?(_ text: String) {
    var text = text
    guard let time = text.withUTF8({ ISOTime(UnsafeRawBufferPointer($0)) }) else { return nil }
    self = time
  }

  /// True if it says nothing but a day.
  public var isDay: Bool { length == Self.day }

  /// The day, in days since 2000-01-01, where it says nothing else; nil otherwise.
  public var date: Int32? {
    isDay ? Int32(start.quotientAndRemainder(floorDividingBy: Self.day).quotient) : nil
  }

  /// The first moment as rows have it, see ``rounded(_:)``.
  public var moment: Int64? { Self.rounded(start) }

  /// Microseconds since 2000-01-01, rounded to a millisecond, which is what rows have; half of one is rounded up. Nil for
  /// what is not in the years 1 to 9999.
  public static func rounded(_ microseconds: Int64) -> Int64? {
    let whole = (microseconds + 500).quotientAndRemainder(floorDividingBy: 1000).quotient * 1000
    return range.contains(whole) ? whole : nil
  }

  private static let second: Int64 = 1_000_000
  private static let minute = 60 * second
  private static let day = 1440 * minute
  /// Years 1 to 9999.
  private static let range = start(of: 1)..<start(of: 10_000)

  private static func start(of year: Int) -> Int64 {
    Int64(CivilDate(year: year, month: 1, day: 1).daysSince1970 - postgresEpochDay) * day
  }

  private static func timeOfDay(_ reader: inout TimeReader) -> (start: Int64, length: Int64)? {
    guard let hour = reader.number(2), hour < 24, reader.take(":"), let minute = reader.number(2), minute < 60
    else { return nil }
    let start = Int64(hour * 60 + minute) * Self.minute
    guard reader.take(":") else { return (start, Self.minute) }
    // A leap second is the first one of the next minute.
    guard let seconds = reader.number(2), seconds <= 60 else { return nil }
    let second = start + Int64(seconds) * Self.second
    guard reader.take(".") || reader.take(",") else { return (second, Self.second) }
    guard let fraction = reader.fraction() else { return nil }
    return (second + fraction.microseconds, fraction.length)
  }
}

/// A text of digits and what stands between them, read from its front.
private struct TimeReader {
  private let text: UnsafeRawBufferPointer
  private var at = 0

  init(_ text: UnsafeRawBufferPointer) { self.text = text }

  var isAtEnd: Bool { at == text.count }

  /// Steps over this character.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard at < text.count, text[at] == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  /// Steps over what stands between date and time of day.
  mutating func takeSeparator() -> Bool { take("T") || take(" ") || take("t") }

  /// A number of exactly so many digits.
  mutating func number(_ count: Int) -> Int? {
    guard at + count <= text.count else { return nil }
    var value = 0
    for index in at..<(at + count) {
      let digit = text[index] &- 0x30
      guard digit <= 9 else { return nil }
      value = value * 10 + Int(digit)
    }
    at += count
    return value
  }

  /// `YYYY-MM-DD`, a day that there is, in days since 2000-01-01.
  mutating func date() -> Int? {
    guard let year = number(4), year >= 1, take("-"), let month = number(2), (1...12).contains(month),
      take("-"), let day = number(2), day >= 1, day <= Self.days(of: month, in: year)
    else { return nil }
    return CivilDate(year: year, month: month, day: day).daysSince1970 - postgresEpochDay
  }

  private static func days(of month: Int, in year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// The digits behind the point, and how much the last one of the first three stands for. Rows have milliseconds: what
  /// says more, and other than zeros, means no moment that a row can have, so that its length is 0.
  mutating func fraction() -> (microseconds: Int64, length: Int64)? {
    var microseconds: Int64 = 0
    var unit: Int64 = 1_000_000
    var isFiner = false
    var count = 0
    while let digit = number(1) {
      unit /= 10
      microseconds += Int64(digit) * unit
      count += 1
      if count > 3, digit > 0 { isFiner = true }
    }
    guard count > 0 else { return nil }
    return (microseconds, isFiner ? 0 : max(unit, 1000))
  }

  /// `Z`, or hours and perhaps minutes: how many minutes the zone is ahead of UTC.
  mutating func zone() -> Int? {
    if take("Z") || take("z") { return 0 }
    let isBehind = take("-")
    guard isBehind || take("+"), let hours = number(2), hours < 24 else { return nil }
    var minutes = 0
    if !isAtEnd {
      _ = take(":")
      guard let number = number(2), number < 60 else { return nil }
      minutes = number
    }
    return isBehind ? -(hours * 60 + minutes) : hours * 60 + minutes
  }
}
