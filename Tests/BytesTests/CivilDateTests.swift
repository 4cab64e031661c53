import Bytes
import Testing

@Suite struct CivilDateTests {
  /// Walks a calendar by hand through more than the years that a table holds, and compares each day.
  @Test func everyDayFromTheYearOneTo10000() {
    var expected = CivilDate(year: 1, month: 1, day: 1)
    var days = -719_162
    while expected.year <= 10_000 {
      let found = CivilDate(daysSince1970: days)
      if found != expected || found.daysSince1970 != days {
        Issue.record("day \(days) is \(expected) and came out as \(found), which is \(found.daysSince1970)")
        return
      }
      days += 1
      expected.day += 1
      if expected.day > length(of: expected) {
        expected.day = 1
        expected.month += 1
      }
      if expected.month > 12 {
        expected.month = 1
        expected.year += 1
      }
    }
    #expect(days == 2_932_897 + 366)
  }

  private func length(of date: CivilDate) -> Int {
    let isLeap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][date.month - 1]
  }

  /// Both ways of reckoning, on either side of where one takes over from the other.
  @Test(arguments: [
    -719_468, -719_469, -719_467, (1 << 30) - 719_469, (1 << 30) - 719_468, -5_000_000, 1 << 40,
  ])
  func farDays(days: Int) {
    #expect(CivilDate(daysSince1970: days).daysSince1970 == days)
  }

  @Test(arguments: [
    (0, "2000-01-01"), (-1, "1999-12-31"), (59, "2000-02-29"), (-730_119, "0001-01-01"),
    (2_921_939, "9999-12-31"),
    (-10_957, "1970-01-01"),
  ])
  func dates(days: Int32, text: String) {
    var buffer = ByteBuffer()
    buffer.append(postgresDate: days)
    #expect(buffer.text() == text)
  }

  @Test(arguments: [
    (0, "2000-01-01 00:00:00.000"), (-1, "1999-12-31 23:59:59.999"), (999, "2000-01-01 00:00:00.000"),
    (1000, "2000-01-01 00:00:00.001"), (86_399_999_000, "2000-01-01 23:59:59.999"),
    (86_400_000_000, "2000-01-02 00:00:00.000"), (-63_082_281_600_000_000, "0001-01-01 00:00:00.000"),
    (252_455_615_999_999_000, "9999-12-31 23:59:59.999"), (768_879_296_789_000, "2024-05-13 01:34:56.789"),
  ])
  func times(microseconds: Int64, text: String) {
    var buffer = ByteBuffer()
    buffer.append(postgresTimestamp: microseconds)
    #expect(buffer.text() == text)
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
    (-86_400_000, "1969-12-31T00:00:00.000Z"), (1_795_258_445_007, "2026-11-21T10:54:05.007Z"),
    (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
  ])
  func utcTimes(milliseconds: Int64, text: String) {
    var buffer = ByteBuffer()
    buffer.append(utcMilliseconds: milliseconds)
    #expect(buffer.text() == text)
  }

  /// What no table holds must still not stop a server.
  @Test(arguments: [Int64.min, .max])
  func infinityDoesNotTrap(microseconds: Int64) {
    var buffer = ByteBuffer()
    buffer.append(postgresTimestamp: microseconds)
    buffer.append(postgresDate: .max)
    buffer.append(postgresDate: .min)
    buffer.append(utcMilliseconds: microseconds)
    #expect(buffer.count == 23 + 20 + 24)
  }
}
