/// Random numbers that depend on a key alone: SplitMix64 (Steele, Lea and Flood, 2014).
///
/// Not for secrets. The same key gives the same numbers on every machine and in every version of Swift.
struct Draws {
  private var state: UInt64

  /// The numbers of `key`; keys that differ in one bit have nothing in common.
  @inline(__always) init(key: UInt64) { state = Self.mixed(key) }

  /// The numbers of one of the many things that hang on `key`.
  @inline(__always) init(key: UInt64, _ index: UInt64) {
    self.init(key: key ^ Self.mixed(index &+ 0x6A09_E667_F3BC_C909))
  }

  /// 64 random bits.
  @inline(__always) mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  /// A number from 0 to `bound - 1`. The bias is below `bound` in 2^32.
  @inline(__always) mutating func below(_ bound: UInt64) -> UInt64 {
    ((next() >> 32) &* bound) >> 32
  }

  /// True so many times in a thousand.
  @inline(__always) mutating func chance(perMille: UInt64) -> Bool { below(1000) < perMille }

  /// Every bit of the result hangs on every bit of `value`.
  @inline(__always) static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
