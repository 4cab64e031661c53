/// A day of the proleptic Gregorian calendar.
///
/// The conversion to day numbers is Howard Hinnant's `days_from_civil`, in era arithmetic.
public struct CivilDate: Equatable, Sendable {
  /// Year, 1 to 9999 in everything Roster holds.
  public var year: Int
  /// Month, 1 to 12.
  public var month: Int
  /// Day of the month, 1 to 31.
  public var day: Int

  /// A date from its parts, unchecked.
  @inlinable public init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The date that lies `days` after 1970-01-01.
  ///
  /// The arithmetic is Cassio Neri's and Lorenz Schneider's ("Euclidean affine functions and their application
  /// to calendar algorithms", 2022): years begin in March, and multiplications stand for most divisions.
  @inlinable public init(daysSince1970 days: Int) {
    let shifted = days &+ 719_468
    // From -0001-03-01 on for some two million years; the algorithm wants a number below 2^30.
    guard shifted >= 0, shifted < 1 << 30 else {
      self.init(farDaysSince1970: days)
      return
    }
    let centuries = UInt32(truncatingIfNeeded: shifted) &* 4 &+ 3
    let century = centuries / 146_097
    let years = (centuries % 146_097) | 3
    let product = UInt64(years) &* 2_939_745
    let yearOfCentury = UInt32(truncatingIfNeeded: product >> 32)
    let dayOfYear = UInt32(truncatingIfNeeded: product) / 2_939_745 / 4
    let months = dayOfYear &* 2141 &+ 197_913
    let isNextYear = dayOfYear >= 306
    self.init(
      year: Int(century &* 100 &+ yearOfCentury) &+ (isNextYear ? 1 : 0),
      month: Int(months >> 16) &- (isNextYear ? 12 : 0),
      day: Int((months & 0xFFFF) / 2141) &+ 1)
  }

  /// The same for any day, in era arithmetic (Howard Hinnant's `civil_from_days`).
  @usableFromInline init(farDaysSince1970 days: Int) {
    let shifted = days &+ 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01.
  @inlinable public var daysSince1970: Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}

/// PostgreSQL counts days and microseconds from 2000-01-01; this is that day, in days since 1970-01-01.
public let postgresEpochDay = 10_957

extension ByteBuffer {
  /// Adds `YYYY-MM-DD` for a PostgreSQL `date` (days since 2000-01-01).
  @inlinable public mutating func append(postgresDate days: Int32) {
    append(date: CivilDate(daysSince1970: Int(days) + postgresEpochDay))
  }

  /// Adds `YYYY-MM-DD HH:MM:SS.mmm`, in UTC, for a PostgreSQL `timestamptz` (microseconds since 2000-01-01).
  @inlinable public mutating func append(postgresTimestamp microseconds: Int64) {
    appendUnsafe(room: 23) { room in
      guard let start = room.baseAddress else { return 0 }
      var writer = RawWriter(start)
      writer.write(postgresTimestamp: microseconds)
      return writer.position - start
    }
  }

  /// Adds `YYYY-MM-DDTHH:MM:SS.mmmZ` for a PostgreSQL `timestamptz` (microseconds since 2000-01-01).
  @inlinable public mutating func append(postgresInstant microseconds: Int64) {
    let (days, ofDay) = microseconds.quotientAndRemainder(floorDividingBy: 86_400_000_000)
    append(instant: Int(days) &+ postgresEpochDay, UInt32(truncatingIfNeeded: ofDay / 1000))
  }

  /// Adds `YYYY-MM-DDTHH:MM:SS.mmmZ` for milliseconds since 1970-01-01, in UTC.
  @inlinable public mutating func append(utcMilliseconds milliseconds: Int64) {
    let (days, ofDay) = milliseconds.quotientAndRemainder(floorDividingBy: 86_400_000)
    append(instant: Int(days), UInt32(truncatingIfNeeded: ofDay))
  }

  @inlinable mutating func append(instant days: Int, _ milliseconds: UInt32) {
    appendUnsafe(room: 24) { room in
      guard let start = room.baseAddress else { return 0 }
      var writer = RawWriter(start)
      writer.write(date: CivilDate(daysSince1970: days))
      writer.write(UInt8(ascii: "T"))
      writer.write(timeOfDay: milliseconds)
      writer.write(UInt8(ascii: "Z"))
      return writer.position - start
    }
  }

  /// Adds `YYYY-MM-DD`.
  @inlinable public mutating func append(date: CivilDate) {
    appendUnsafe(room: 10) { room in
      guard let start = room.baseAddress else { return 0 }
      var writer = RawWriter(start)
      writer.write(date: date)
      return writer.position - start
    }
  }
}

extension RawWriter {
  /// Adds `YYYY-MM-DD` for a PostgreSQL `date` (days since 2000-01-01).
  @inlinable public mutating func write(postgresDate days: Int32) {
    write(date: CivilDate(daysSince1970: Int(days) &+ postgresEpochDay))
  }

  /// Adds `YYYY-MM-DD HH:MM:SS.mmm`, in UTC, for a PostgreSQL `timestamptz` (microseconds since 2000-01-01).
  @inlinable public mutating func write(postgresTimestamp microseconds: Int64) {
    let (days, ofDay) = microseconds.quotientAndRemainder(floorDividingBy: 86_400_000_000)
    write(date: CivilDate(daysSince1970: Int(days) &+ postgresEpochDay))
    write(UInt8(ascii: " "))
    write(timeOfDay: UInt32(truncatingIfNeeded: ofDay / 1000))
  }

  /// Adds `HH:MM:SS.mmm` for milliseconds since midnight.
  @inlinable public mutating func write(timeOfDay milliseconds: UInt32) {
    let seconds = milliseconds / 1000
    let minutes = seconds / 60
    write(twoDigits: minutes / 60)
    write(UInt8(ascii: ":"))
    write(twoDigits: minutes % 60)
    write(UInt8(ascii: ":"))
    write(twoDigits: seconds % 60)
    write(UInt8(ascii: "."))
    let fraction = milliseconds % 1000
    write(twoDigits: fraction / 10)
    write(UInt8(truncatingIfNeeded: fraction % 10) &+ 0x30)
  }

  /// Adds `YYYY-MM-DD`; of a year beyond 9999 its last four digits.
  @inlinable public mutating func write(date: CivilDate) {
    let year = UInt32(truncatingIfNeeded: date.year)
    write(twoDigits: year / 100 % 100)
    write(twoDigits: year % 100)
    write(UInt8(ascii: "-"))
    write(twoDigits: UInt32(truncatingIfNeeded: date.month) % 100)
    write(UInt8(ascii: "-"))
    write(twoDigits: UInt32(truncatingIfNeeded: date.day) % 100)
  }
}

extension Int64 {
  /// The quotient rounded down, so that the remainder is not negative: a time before an epoch is on the day before it.
  @inlinable func quotientAndRemainder(floorDividingBy divisor: Int64) -> (quotient: Int64, remainder: Int64)
  {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient &- 1, remainder &+ divisor) : (quotient, remainder)
  }
}
