import Bytes

/// Reads dates and times as people and programs write them.
enum TimeText {
  /// `YYYY-MM-DD`, in days since 2000-01-01; nil for anything else, a 30th of February too.
  static func date(_ text: UnsafeRawBufferPointer) -> Int32? {
    var digits = Digits(text)
    guard let days = digits.date(), digits.isAtEnd else { return nil }
    return Int32(days)
  }

  /// `YYYY-MM-DD HH:MM[:SS[.fraction]]` with a blank or a `T` between, and `Z` or an offset such as `+02:00` behind it;
  /// without one it is UTC. In microseconds since 2000-01-01 00:00 UTC, rounded to a millisecond, which is what the table
  /// holds; nil for anything else, and for what lies outside of the years 1 to 9999.
  static func timestamp(_ text: UnsafeRawBufferPointer) -> Int64? {
    var digits = Digits(text)
    guard let days = digits.date(), digits.take(UInt8(ascii: " ")) || digits.take(UInt8(ascii: "T")),
      let hour = digits.number(2), hour < 24, digits.take(UInt8(ascii: ":")),
      let minute = digits.number(2), minute < 60
    else { return nil }
    var second = 0
    var nanoseconds = 0
    if digits.take(UInt8(ascii: ":")) {
      guard let number = digits.number(2), number < 60 else { return nil }
      second = number
      if digits.take(UInt8(ascii: ".")) || digits.take(UInt8(ascii: ",")) {
        guard let fraction = digits.fraction() else { return nil }
        nanoseconds = fraction
      }
    }
    guard let offset = digits.offset(), digits.isAtEnd else { return nil }
    let milliseconds = (nanoseconds + 500_000) / 1_000_000
    let time = ((hour * 60 + minute - offset) * 60 + second) * 1000 + milliseconds
    let moment = days * millisecondsOfDay + time
    guard range.contains(moment) else { return nil }
    return Int64(moment) * 1000
  }

  private static let millisecondsOfDay = 86_400_000
  /// The years 1 to 9999, in milliseconds since 2000-01-01.
  private static let range = start(of: 1)..<start(of: 10_000)

  private static func start(of year: Int) -> Int {
    (CivilDate(year: year, month: 1, day: 1).daysSince1970 - postgresEpochDay) * millisecondsOfDay
  }
}

/// A text of digits and what stands between them, read from its start.
private struct Digits {
  private let text: UnsafeRawBufferPointer
  private var at = 0

  init(_ text: UnsafeRawBufferPointer) { self.text = text }

  var isAtEnd: Bool { at == text.count }

  mutating func take(_ byte: UInt8) -> Bool {
    guard at < text.count, text[at] == byte else { return false }
    at += 1
    return true
  }

  /// Exactly so many digits.
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
    guard let year = number(4), year >= 1, take(UInt8(ascii: "-")),
      let month = number(2), (1...12).contains(month), take(UInt8(ascii: "-")),
      let day = number(2), day >= 1, day <= Self.days(of: month, in: year)
    else { return nil }
    return CivilDate(year: year, month: month, day: day).daysSince1970 - postgresEpochDay
  }

  /// One to nine digits, in nanoseconds.
  mutating func fraction() -> Int? {
    var value = 0
    var count = 0
    while count < 9, let digit = number(1) {
      value = value * 10 + digit
      count += 1
    }
    guard count > 0 else { return nil }
    for _ in count..<9 { value *= 10 }
    return value
  }

  /// `Z`, or hours and perhaps minutes from UTC, in minutes; nothing is UTC.
  mutating func offset() -> Int? {
    if isAtEnd || take(UInt8(ascii: "Z")) { return 0 }
    let isNegative = take(UInt8(ascii: "-"))
    guard isNegative || take(UInt8(ascii: "+")), let hours = number(2), hours < 24 else { return nil }
    var minutes = 0
    if !isAtEnd {
      _ = take(UInt8(ascii: ":"))
      guard let number = number(2), number < 60 else { return nil }
      minutes = number
    }
    let offset = hours * 60 + minutes
    return isNegative ? -offset : offset
  }

  private static func days(of month: Int, in year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
