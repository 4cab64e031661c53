import Customers
import Personas
import Testing

@Suite struct MillionRowsTests {
  /// Different hashes mean different texts, so this can only be too strict.
  private func hash(_ value: CustomerValue) -> UInt64 {
    guard case .text(let bytes) = value else { return 0 }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return hash ^ hash >> 32
  }

  @Test func addressesAreUniqueAndNamesAndCitiesMany() {
    var source = PersonaSource(seed: 3)
    var emails: Set<UInt64> = []
    var firstNames: Set<UInt64> = []
    var lastNames: Set<UInt64> = []
    var cities: Set<UInt64> = []
    emails.reserveCapacity(1_000_000)
    for id in 1...1_000_000 as ClosedRange<Int64> {
      source.withRow(id) { row in
        emails.insert(hash(row[.email]))
        firstNames.insert(hash(row[.firstName]))
        lastNames.insert(hash(row[.lastName]))
        cities.insert(hash(row[.homeCity]))
      }
    }
    #expect(emails.count == 1_000_000)
    #expect(firstNames.count >= 5000)
    #expect(lastNames.count >= 5000)
    #expect(cities.count >= 5000)
  }
}
