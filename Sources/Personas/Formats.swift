extension Scratch {
  /// Adds one of the texts of a list, or what one of its formats gives.
  mutating func append(oneOf list: TextList, _ draws: inout Draws, _ data: PersonaData) {
    let entry = list.entry(&draws)
    if list.kind.contains(.formats) {
      append(format: data.base + entry.offset, entry.count, &draws, data)
    } else {
      append(data.base + entry.offset, entry.count)
    }
  }

  private mutating func append(
    format start: UnsafeRawPointer, _ count: Int, _ draws: inout Draws, _ data: PersonaData
  ) {
    var place = start
    let end = start + count
    while place < end {
      switch place.load(as: UInt8.self) {
      case 1:  // so many digits
        let width = Int((place + 1).load(as: UInt8.self))
        append(decimal: draws.below(powersOfTen[width]), width: width)
        place += 2
      case 2:  // a digit from 1 to 9
        append(0x31 &+ UInt8(truncatingIfNeeded: draws.below(9)))
        place += 1
      case 3:  // a digit from 2 to 9
        append(0x32 &+ UInt8(truncatingIfNeeded: draws.below(8)))
        place += 1
      case 4:  // one of another list
        append(oneOf: data.list(Int((place + 1).loadUnaligned(as: UInt16.self))), &draws, data)
        place += 3
      default:  // 5: as it stands
        let length = Int((place + 1).load(as: UInt8.self))
        append(place + 2, length)
        place += 2 + length
      }
    }
  }
}

/// 10^0 to 10^8: an operation gives at most eight digits.
private let powersOfTen: InlineArray<9, UInt64> = [
  1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
]
