import Bytes
import Customers
import ODBC

/// One row of the source, in the form in which it is staged. What cannot be taken has a fault, and only its place and its
/// name are staged then.
struct SourceRow: Equatable {
  var ref: String?
  var phone: PhoneNumber?
  var firstname: String?
  var lastname: String?
  var email: String?
  /// Days since 2000-01-01.
  var birthday: Int32?
  var gender: String?
  var cityID: Int64?
  /// Microseconds since 2000-01-01 in UTC, in whole milliseconds.
  var lastAuthAt: Int64?
  private(set) var faults: [String] = []

  /// Takes a value in.
  mutating func set(_ field: SourceField, _ value: ODBCValue) {
    do throws(ValueFault) {
      switch field {
      case .id: ref = try value.text(atMost: 200)
      case .phone: phone = try value.phone()
      case .firstname: firstname = try value.text(atMost: 200)
      case .lastname: lastname = try value.text(atMost: 200)
      case .email: email = try value.text(atMost: 320)
      case .birthday: birthday = try value.day()
      case .gender: gender = try value.gender()
      case .cityID: cityID = try value.number()
      case .lastAuthAt: lastAuthAt = try value.moment()
      }
    } catch {
      faults.append("\(field.rawValue): \(error.reason)")
    }
  }

  /// To be called when all values are in.
  mutating func finish() {
    if ref == nil, !faults.contains(where: { $0.hasPrefix("id:") }) { faults.append("id: is empty") }
  }
}

/// What is wrong with a value.
struct ValueFault: Error, Equatable {
  let reason: String

  init(_ reason: String) { self.reason = reason }

  /// A text that is not what it must be, of which no more than a line is repeated.
  init(_ text: String, _ expectation: String) {
    reason = "\(text.count > 60 ? "\(text.prefix(60))…" : text) \(expectation)"
  }
}

extension ODBCValue {
  /// A text without blanks at its ends; nil if nothing is left.
  func text(atMost limit: Int) throws(ValueFault) -> String? {
    guard let text = try shown() else { return nil }
    guard text.unicodeScalars.count <= limit else { throw ValueFault("has more than \(limit) characters") }
    guard !text.utf8.contains(0) else { throw ValueFault("holds the character U+0000") }
    return text
  }

  func phone() throws(ValueFault) -> PhoneNumber? {
    guard let text = try shown() else { return nil }
    guard let phone = PhoneNumber(text) else { throw ValueFault(text, PhoneNumber.expectation) }
    return phone
  }

  /// A day; a time of day behind it does not matter.
  func day() throws(ValueFault) -> Int32? {
    guard let microseconds = try moment(expecting: "is no date such as 2024-01-31") else { return nil }
    let day = microseconds / Self.microsecondsADay
    return Int32(microseconds % Self.microsecondsADay < 0 ? day - 1 : day)
  }

  func moment() throws(ValueFault) -> Int64? {
    let expectation = "is no time such as 2024-01-31 12:34:56.789"
    guard let microseconds = try moment(expecting: expectation) else { return nil }
    guard let rounded = ISOTime.rounded(microseconds) else {
      throw ValueFault(try shown() ?? "", expectation)
    }
    return rounded
  }

  func gender() throws(ValueFault) -> String? {
    guard let text = try shown() else { return nil }
    let letter = text.uppercased()
    guard letter == "M" || letter == "F" else { throw ValueFault(text, "is neither M nor F") }
    return letter
  }

  func number() throws(ValueFault) -> Int64? {
    if case .integer(let number) = self { return number }
    guard let text = try shown() else { return nil }
    guard let number = Int64(text) else { throw ValueFault(text, "is no whole number") }
    return number
  }

  // MARK: -

  private static var microsecondsADay: Int64 { 86_400_000_000 }

  /// As a text, without blanks at its ends; nil for NULL, and if nothing is left.
  private func shown() throws(ValueFault) -> String? {
    switch self {
    case .null: return nil
    case .integer(let number): return "\(number)"
    case .timestamp(let at): return at.shown
    case .text(let units):
      let text = String(decoding: units, as: UTF16.self).trimmingBlanks()
      return text.isEmpty ? nil : String(text)
    case .tooLong: throw ValueFault("is longer than the source says that it can be")
    }
  }

  /// Microseconds since 2000-01-01. A time without a zone is UTC.
  private func moment(expecting expectation: String) throws(ValueFault) -> Int64? {
    if case .timestamp(let at) = self {
      guard let microseconds = at.microseconds else { throw ValueFault(at.shown, expectation) }
      return microseconds
    }
    guard var text = try shown() else { return nil }
    // As drivers write a time with an offset: `2024-01-09 08:45:19.0971230 +03:00`.
    if let blank = text.lastIndex(of: " "), ["+", "-"].contains(text[text.index(after: blank)...].first) {
      text.remove(at: blank)
    }
    guard let time = ISOTime(text) else { throw ValueFault(text, expectation) }
    return time.start
  }
}

extension ODBCTimestamp {
  /// `2024-01-31 12:34:56`.
  fileprivate var shown: String {
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = "\(number)"
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2)) "
      + "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
  }

  /// Microseconds since 2000-01-01; nil for what no calendar has.
  fileprivate var microseconds: Int64? {
    let date = CivilDate(year: year, month: month, day: day)
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day),
      (0...23).contains(hour),
      (0...59).contains(minute), (0...59).contains(second),
      CivilDate(daysSince1970: date.daysSince1970) == date
    else { return nil }
    let seconds = Int64((hour * 60 + minute) * 60 + second)
    return Int64(date.daysSince1970 - postgresEpochDay) * 86_400_000_000 + seconds * 1_000_000
      + Int64(nanosecond / 1000)
  }
}
