import Bytes

/// A moment as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`, or one of the two older forms that a client has to
/// understand too (RFC 9110, 5.6.7).
enum HTTPDate {
  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// Seconds since 1970; nil for what is no date.
  static func seconds(_ text: String) -> Int64? {
    // Blanks, the comma and, in the form of RFC 850, hyphens stand between the words.
    let words = text.lowercased().split { " ,-".contains($0) }
    let isAscii = text.utf8.allSatisfy { $0 < 0x80 }
    guard isAscii, words.count == 5 || words.count == 6 else { return nil }
    // Without a zone at its end it is the form of `asctime`: Sun Nov  6 08:49:37 1994.
    if words.count == 5 { return seconds(year: words[4], month: words[1], day: words[2], time: words[3]) }
    guard words[5] == "gmt" else { return nil }
    return seconds(year: words[3], month: words[2], day: words[1], time: words[4])
  }

  private static func seconds(
    year: Substring, month: Substring, day: Substring, time: Substring
  ) -> Int64? {
    let parts = time.split(separator: ":", omittingEmptySubsequences: false).map { number($0, digits: 2...2) }
    guard let year = fullYear(year), let month = months.firstIndex(of: String(month)),
      let day = number(day, digits: 1...2), (1...31).contains(day), parts.count == 3,
      let hour = parts[0], let minute = parts[1], let second = parts[2],
      // A leap second is written as 60.
      hour < 24, minute < 60, second <= 60
    else { return nil }
    let date = CivilDate(year: year, month: month + 1, day: day)
    return Int64(date.daysSince1970) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
  }

  private static func fullYear(_ text: Substring) -> Int? {
    guard let year = number(text, digits: 2...4), text.utf8.count != 3 else { return nil }
    if text.utf8.count == 4 { return year }
    // What is long past asks for no wait, so only the years around now have to be right.
    return year < 70 ? 2000 + year : 1900 + year
  }

  private static func number(_ text: Substring, digits: ClosedRange<Int>) -> Int? {
    guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int(text)
  }
}
