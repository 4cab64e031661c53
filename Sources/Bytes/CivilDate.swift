/// A day of the proleptic Gregorian calendar.
///
/// The conversion to and from day numbers is Howard Hinnant's `days_from_civil`, in era arithmetic.
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
  @inlinable public init(daysSince1970 days: Int) {
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
    let perDay: Int64 = 86_400_000_000
    var days = microseconds / perDay
    var rest = microseconds % perDay
    if rest < 0 {
      rest += perDay
      days -= 1
    }
    append(date: CivilDate(daysSince1970: Int(days) + postgresEpochDay))
    let milliseconds = UInt64(rest / 1000)
    let seconds = milliseconds / 1000
    append(UInt8(ascii: " "))
    append(decimal: seconds / 3600, width: 2)
    append(UInt8(ascii: ":"))
    append(decimal: seconds / 60 % 60, width: 2)
    append(UInt8(ascii: ":"))
    append(decimal: seconds % 60, width: 2)
    append(UInt8(ascii: "."))
    append(decimal: milliseconds % 1000, width: 3)
  }

  /// Adds `YYYY-MM-DD`.
  @inlinable public mutating func append(date: CivilDate) {
    append(decimal: UInt64(date.year), width: 4)
    append(UInt8(ascii: "-"))
    append(decimal: UInt64(date.month), width: 2)
    append(UInt8(ascii: "-"))
    append(decimal: UInt64(date.day), width: 2)
  }
}
