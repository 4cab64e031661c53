import Customers
import Personas
import Testing

/// What belongs to a country: what its phone numbers begin with and what its names are written in.
private struct Country {
  let code: String
  let script: ClosedRange<UInt32>

  static let latin: ClosedRange<UInt32> = 0x41...0x24F
  static let cyrillic: ClosedRange<UInt32> = 0x400...0x4FF
  static let devanagari: ClosedRange<UInt32> = 0x900...0x97F
  /// Kana and Han.
  static let japanese: ClosedRange<UInt32> = 0x3005...0x9FFF

  static let all: [String: Country] = [
    "United States": Country(code: "+1", script: latin),
    "United Kingdom": Country(code: "+44", script: latin),
    "Germany": Country(code: "+49", script: latin), "France": Country(code: "+33", script: latin),
    "Spain": Country(code: "+34", script: latin), "Italy": Country(code: "+39", script: latin),
    "Brazil": Country(code: "+55", script: latin), "Poland": Country(code: "+48", script: latin),
    "Netherlands": Country(code: "+31", script: latin), "Sweden": Country(code: "+46", script: latin),
    "Czech Republic": Country(code: "+420", script: latin), "Slovakia": Country(code: "+421", script: latin),
    "Finland": Country(code: "+358", script: latin), "Denmark": Country(code: "+45", script: latin),
    "Austria": Country(code: "+43", script: latin), "Chile": Country(code: "+56", script: latin),
    "Russia": Country(code: "+7", script: cyrillic), "Ukraine": Country(code: "+380", script: cyrillic),
    "Greece": Country(code: "+30", script: 0x370...0x3FF),
    "Armenia": Country(code: "+374", script: 0x530...0x58F),
    "Georgia": Country(code: "+995", script: 0x10A0...0x10FF),
    "China": Country(code: "+86", script: 0x4E00...0x9FFF), "Japan": Country(code: "+81", script: japanese),
    "South Korea": Country(code: "+82", script: 0xAC00...0xD7A3),
    "India": Country(code: "+91", script: devanagari),
    "Algeria": Country(code: "+213", script: 0x600...0x6FF),
  ]
}

@Suite struct CoherenceTests {
  /// A few characters stand between letters in any script: blanks, hyphens, digits, dots, quotes, joiners.
  private func isWritten(_ text: String, in script: ClosedRange<UInt32>) -> Bool {
    let letters = text.unicodeScalars.filter { $0.properties.isAlphabetic }
    return letters.allSatisfy { script.contains($0.value) || $0.value == 0x2BC }
  }

  @Test func countryScriptAndPhoneCodeAgree() throws {
    var homes: [String: Int] = [:]
    var abroad = 0
    forEachRow(1...50_000) { row in
      guard let home = Country.all[row.text(.homeCountry)], let work = Country.all[row.text(.workCountry)]
      else {
        Issue.record("\(row.text(.homeCountry)), \(row.text(.workCountry))")
        return
      }
      homes[row.text(.homeCountry), default: 0] += 1
      if row.text(.homeCountry) != row.text(.workCountry) { abroad += 1 }
      for column in [Column.firstName, .lastName, .homeCity, .homeStreet] {
        #expect(isWritten(row.text(column), in: home.script), "\(column): \(row.text(column))")
      }
      for column in [Column.workCity, .workStreet] {
        #expect(isWritten(row.text(column), in: work.script), "\(column): \(row.text(column))")
      }
      for phone in [row[.mobilePhone], row[.homePhone]] {
        #expect(phone?.hasPrefix(home.code) ?? true, "\(phone ?? "")")
      }
      #expect(row[.workPhone]?.hasPrefix(work.code) ?? true, "\(row[.workPhone] ?? "")")
    }
    // Every locale is drawn, and at least three scripts.
    #expect(Set(homes.keys) == Set(Country.all.keys))
    #expect(Set(homes.keys.compactMap { Country.all[$0]?.script }).count >= 3)
    #expect((500...4000).contains(abroad))
    #expect((homes["United States"] ?? 0) > (homes["Finland"] ?? 0))
  }

  @Test func phonesAreNumbers() throws {
    let phone = /\+\d{1,3}[-. 0-9()]*\d(x\d{3,5})?/
    forEachRow(1...20_000) { row in
      for column in [Column.mobilePhone, .homePhone, .workPhone] {
        guard let text = row[column] else { continue }
        #expect((try? phone.wholeMatch(in: text)) != nil, "\(text)")
        let digits = text.prefix { $0 != "x" }.count { $0.isNumber }
        #expect((8...15).contains(digits), "\(text)")
        #expect(text.count { $0 == "(" } == text.count { $0 == ")" }, "\(text)")
      }
    }
  }

  @Test func birthIsLongBeforeTheLastLogin() {
    let day: Int64 = 86_400_000_000
    forEachRow(1...20_000) { row in
      if let birth = row[.dateOfBirth].flatMap(Int64.init) {
        // 1928 to 2002.
        #expect((-26_298...731).contains(birth))
        if let login = row[.lastLoginAt].flatMap(Int64.init) { #expect(birth + 21 * 365 < login / day) }
      }
      if let login = row[.lastLoginAt].flatMap(Int64.init) {
        // 2023 to 2025, in whole milliseconds.
        #expect(login >= 8401 * day && login < 9497 * day && login % 1000 == 0)
      }
    }
  }

  @Test func addressesArePublic() {
    forEachRow(1...20_000) { row in
      guard let address = row[.lastLoginIP] else { return }
      let octets = address.split(separator: ".").compactMap { UInt8($0) }
      #expect(octets.count == 4 && octets.map { "\($0)" }.joined(separator: ".") == address)
      // Private, carrier, loopback, link, documentation and multicast ranges begin with these.
      #expect(![0, 10, 100, 127, 169, 172, 192, 198, 203].contains(octets[0]) && octets[0] < 224)
      #expect((1...254).contains(octets[3]))
    }
  }

  @Test func textsKeepTheLimitsOfTheColumns() {
    forEachRow((1...20_000).map { $0 * 461_168_601_842_738 }) { row in
      for column in Column.allCases {
        guard case .text(let limit) = column.kind, let text = row[column] else { continue }
        #expect(text.unicodeScalars.count <= limit)
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F || $0.value == 0xFFFD })
      }
    }
  }
}
