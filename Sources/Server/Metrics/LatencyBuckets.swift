/// The bounds of the latency histograms: powers of two in microseconds, so that a bucket is found without a search.
enum LatencyBuckets {
  /// 16 µs, below which nothing is answered.
  private static let first = 4
  /// 16.8 s, beyond all time limits of a query.
  private static let last = 24

  /// How many buckets there are, the one without a bound included.
  static let count = last - first + 2

  /// The bucket of a duration: the first one whose bound is not below it.
  @inline(__always)
  static func index(nanoseconds: UInt64) -> Int {
    let microseconds = (nanoseconds &+ 999) / 1000
    if microseconds <= 1 << UInt64(first) { return 0 }
    // The least power of two that is not below.
    let power = UInt64.bitWidth - (microseconds - 1).leadingZeroBitCount
    return min(power, last + 1) - first
  }

  /// The bound of a bucket in microseconds; nil for the last one.
  static func bound(_ index: Int) -> UInt64? {
    index < count - 1 ? 1 << UInt64(index + first) : nil
  }
}
