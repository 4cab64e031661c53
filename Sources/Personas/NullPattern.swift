internal import Customers

/// Which cells of a block of a hundred rows are null.
///
/// In each hundred ids the nulls of a column are exactly the middle of its band, at places drawn for that block
/// and column. So the share of nulls is inside the band not on average but for every number of rows from
/// 1,000 up: a hundred that was begun moves it by less than the band leaves.
struct NullPattern {
  /// Rows in a block.
  static let size: UInt64 = 100

  /// The columns that may be null, in the order of the masks. `last_login_ip` goes with `last_login_dt`.
  static let columns: InlineArray<6, Column> = [
    .dateOfBirth, .lastLoginAt, .countryOrigin, .mobilePhone, .homePhone, .workPhone,
  ]

  /// The number of nulls in a hundred rows of a column.
  static func count(_ column: Column) -> UInt64 {
    guard let band = column.nullPercent else { return 0 }
    return UInt64((band.lowerBound + band.upperBound) / 2)
  }

  private static let counts: InlineArray<6, UInt64> = InlineArray { count(columns[$0]) }

  private(set) var block: UInt64 = .max
  private var masks: InlineArray<6, Mask> = InlineArray(repeating: Mask())

  /// Goes to the block of an id, if it is not there already.
  @inline(__always) mutating func move(to block: UInt64, seedKey: UInt64) {
    if block != self.block { draw(block, seedKey) }
  }

  private mutating func draw(_ block: UInt64, _ seedKey: UInt64) {
    self.block = block
    var draws = Draws(key: seedKey ^ 0xB5C0_FBCF_EC4D_3B2F, block)
    for index in masks.indices {
      masks[index] = Mask(choosing: Self.counts[index], &draws)
    }
  }

  /// Whether the cell of a column is null; `index` as in `columns`, `place` is from 0 to 99.
  @inline(__always) func isNull(_ index: Int, place: UInt64) -> Bool { masks[index][place] }

  /// A hundred bits.
  private struct Mask {
    var low: UInt64 = 0
    var high: UInt64 = 0

    init() {}

    /// `count` bits out of a hundred, every choice as likely as any other (Floyd's method).
    init(choosing count: UInt64, _ draws: inout Draws) {
      for last in (NullPattern.size - count)..<NullPattern.size {
        let place = draws.below(last + 1)
        set(self[place] ? last : place)
      }
    }

    @inline(__always) subscript(_ place: UInt64) -> Bool {
      (place < 64 ? low >> place : high >> (place &- 64)) & 1 == 1
    }

    private mutating func set(_ place: UInt64) {
      if place < 64 { low |= 1 << place } else { high |= 1 << (place - 64) }
    }
  }
}
