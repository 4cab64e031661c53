internal import CODBC

/// A column of a result, as the driver describes it.
public struct ODBCColumn: Sendable, Equatable {
  /// The name, empty where the query gives none.
  public let name: String
  let type: Int
  /// Characters, for texts; 0 where there is no bound.
  let size: Int

  /// In what form its values are asked for.
  enum Form: Equatable {
    case integer, timestamp, text
  }

  var form: Form {
    switch Int32(type) {
    case SQL_TINYINT, SQL_SMALLINT, SQL_INTEGER, SQL_BIGINT, SQL_BIT: .integer
    case SQL_TYPE_DATE, SQL_TYPE_TIMESTAMP, SQL_DATE, SQL_TIMESTAMP: .timestamp
    // Numbers with a fraction, times with an offset and all else have a form as text in every driver.
    default: .text
    }
  }

  /// True for texts that are too long for a place of their own, such as `nvarchar(max)`: they are read in pieces.
  var isLong: Bool { form == .text && (size <= 0 || size > Self.longestBound) }

  /// Characters. The longest `nvarchar(n)` of SQL Server has 4000.
  static let longestBound = 4000
}

/// One value of a row.
public enum ODBCValue {
  /// SQL NULL.
  case null
  /// A whole number.
  case integer(Int64)
  /// A day, or a day with a time.
  case timestamp(ODBCTimestamp)
  /// UTF-16, as the driver gave it. Good until the next row.
  case text(UnsafeBufferPointer<UInt16>)
  /// There is more than can be read.
  case tooLong
}

/// A day with a time, without a zone.
public struct ODBCTimestamp: Equatable, Sendable {
  /// 1 to 9999 in SQL Server.
  public let year: Int
  /// 1 to 12.
  public let month: Int
  /// 1 to 31.
  public let day: Int
  /// 0 to 23.
  public let hour: Int
  /// 0 to 59.
  public let minute: Int
  /// 0 to 59.
  public let second: Int
  /// Billionths of a second.
  public let nanosecond: Int

  /// A day with a time.
  public init(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, nanosecond: Int = 0
  ) {
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
    self.nanosecond = nanosecond
  }
}
