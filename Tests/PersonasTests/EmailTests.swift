import Bytes
import Customers
import Testing

@testable import Personas

@Suite struct EmailTests {
  /// The number is a bijection on the numbers of each length: all of them up to six digits.
  @Test(arguments: [0, 1, .max] as [UInt64])
  func numbersAreShuffled(key: UInt64) {
    var numbers = EmailNumber(seedKey: key)
    var seen = [Bool](repeating: false, count: 1_000_000)
    var unchanged = 0
    for id in 1..<1_000_000 as Range<UInt64> {
      let number = numbers.number(id)
      let width = decimalLength(id)
      guard decimalLength(number) == width, numbers.width == width, !seen[Int(number)] else {
        Issue.record("\(id) gives \(number)")
        return
      }
      seen[Int(number)] = true
      if number == id { unchanged += 1 }
    }
    #expect(seen.dropFirst().allSatisfy { $0 })
    #expect(unchanged < 1000)
  }

  /// Where nobody can walk through all of them, the step is what makes it a bijection: it has no factor in
  /// common with 9·10^k. Neighbors and the ends are looked at.
  @Test func longNumbers() {
    #expect(EmailNumber.step % 2 != 0 && EmailNumber.step % 3 != 0 && EmailNumber.step % 5 != 0)
    var numbers = EmailNumber(seedKey: 5)
    var power: UInt64 = 1_000_000
    for digits in 7...19 {
      let last = digits == 19 ? UInt64(Int64.max) : power * 10 - 1
      var seen: Set<UInt64> = []
      for offset in 0..<500 as Range<UInt64> {
        for id in [power + offset, last - offset, power + (last - power) / 1000 * offset] {
          #expect(decimalLength(numbers.number(id)) == digits)
          seen.insert(numbers.number(id))
        }
      }
      // The first of the third kind is the first of the first.
      #expect(seen.count == 1499)
      if digits < 19 { power *= 10 }
    }
  }

  @Test func addressIsMadeFromTheName() {
    let name = /([a-z]+)([._]?)([a-z]*?)(\d+)@([a-z0-9-]+\.)+[a-z]+/
    var plain = 0
    forEachRow((1...5000).map { $0 * 1_000_003 }) { row in
      let email = row.text(.email)
      guard let match = try? name.wholeMatch(in: email) else {
        Issue.record("\(email)")
        return
      }
      #expect(email.split(separator: "@")[0].count <= 64)
      let first = row.text(.firstName).lowercased()
      let last = row.text(.lastName).lowercased()
      guard (first + last).allSatisfy({ $0.isASCII && $0.isLetter }) else { return }
      plain += 1
      let letters = "\(match.1)\(match.3)"
      #expect([first + last, last + first, first.prefix(1) + last].contains(letters), "\(email)")
    }
    #expect(plain > 1000)
  }
}
