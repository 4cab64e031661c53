internal import Bytes

/// The number in an e-mail address, which makes the address unique.
///
/// It is the id, shuffled among the ids with as many digits: with `low` = 10^(d-1) and `span` = 9·10^(d-1), an
/// id of d digits goes to `low + ((id - low)·step + shift) mod span`. `step` has no factor 2, 3 or 5, and
/// `span` has no other, so that this is a bijection; ids of different lengths give numbers of different lengths.
/// Hence two ids never have the same number.
struct EmailNumber {
  private let seedKey: UInt64
  private var low: UInt64 = 0
  private var span: UInt64 = 0
  private var step: UInt64 = 0
  private var shift: UInt64 = 0
  /// How many digits the last number has.
  private(set) var width = 0

  /// 10^18 and something: no factor 2, 3 or 5 (a test divides).
  static let step: UInt64 = 1_618_033_988_749_894_849

  init(seedKey: UInt64) { self.seedKey = seedKey }

  /// The number of an id, which is 1 or more.
  @inline(__always) mutating func number(_ id: UInt64) -> UInt64 {
    if id &- low >= span { moveToLength(of: id) }
    let place = id &- low
    if span < 1 << 32 { return low &+ (place &* step &+ shift) % span }
    let product = place.multipliedFullWidth(by: step)
    return low &+ (span.dividingFullWidth(product).remainder &+ shift) % span
  }

  private mutating func moveToLength(of id: UInt64) {
    precondition(id >= 1 && id <= UInt64(Int64.max))
    width = decimalLength(id)
    low = 1
    for _ in 1..<width { low *= 10 }
    span = low * 9
    step = Self.step % span
    var draws = Draws(key: seedKey ^ 0x3C6E_F372_FE94_F82B, UInt64(width))
    shift = draws.next() % span
  }
}
