import Customers
import Testing

@testable import Personas

@Suite struct NullBandTests {
  /// For every number of rows from 1,000 to 20,000, not only on average.
  @Test(arguments: [0, 1, 42, 0xDEAD_BEEF, .max] as [UInt64])
  func everyPrefixIsInsideTheBands(seed: UInt64) {
    var nulls = [Int](repeating: 0, count: Column.count)
    var source = PersonaSource(seed: seed)
    for id in 1...20_000 as ClosedRange<Int64> {
      source.withRow(id) { row in
        for column in Column.allCases {
          if case .null = row[column] { nulls[column.rawValue] += 1 }
        }
      }
      guard id >= 1000 else { continue }
      for column in Column.allCases {
        let band = column.nullPercent ?? 0...0
        let share = nulls[column.rawValue] * 100
        guard share >= band.lowerBound * Int(id), share <= band.upperBound * Int(id) else {
          Issue.record("\(column): \(nulls[column.rawValue]) nulls in \(id) rows, seed \(seed)")
          return
        }
      }
    }
  }

  /// Beyond what the test above walks through: a hundred begun can add no null, or all of its nulls.
  @Test func noPrefixCanLeaveTheBands() throws {
    for column in Column.allCases {
      guard let band = column.nullPercent else { continue }
      let inHundred = Int(NullPattern.count(column))
      for hundreds in 10...2000 {
        let full = hundreds * inHundred
        let fewest = Double(full) / Double(hundreds * 100 + 100 - inHundred)
        let most = Double(full + inHundred) / Double(hundreds * 100 + inHundred)
        guard fewest * 100 >= Double(band.lowerBound), most * 100 <= Double(band.upperBound) else {
          Issue.record("\(column): \(inHundred) in a hundred, from \(hundreds) hundreds")
          break
        }
      }
    }
  }

  @Test func addressIsNullExactlyWhereTheLoginIs() {
    forEachRow(1...5000) { row in
      #expect((row[.lastLoginAt] == nil) == (row[.lastLoginIP] == nil))
    }
  }

  @Test func noCellIsBlank() {
    forEachRow(1...5000) { row in
      for cell in row.cells {
        guard let cell else { continue }
        #expect(!cell.isEmpty && cell.first?.isWhitespace == false && cell.last?.isWhitespace == false)
      }
    }
  }

  /// The places are drawn anew for every hundred and every column.
  @Test func placesFollowNoPattern() {
    var pattern = NullPattern()
    var blocks: Set<[Bool]> = []
    for block in 0..<500 as Range<UInt64> {
      pattern.move(to: block, seedKey: 7)
      for column in 0..<6 {
        let places = (0..<100 as Range<UInt64>).map { pattern.isNull(column, place: $0) }
        #expect(UInt64(places.count { $0 }) == NullPattern.count(NullPattern.columns[column]))
        blocks.insert(places)
      }
    }
    #expect(blocks.count == 3000)
  }
}
