/// Durations, counted by how long they took. See ``LatencyBuckets``.
struct Histogram: Sendable {
  private(set) var buckets = [UInt64](repeating: 0, count: LatencyBuckets.count)
  /// All durations together.
  private(set) var nanoseconds: UInt64 = 0

  @inline(__always)
  mutating func record(nanoseconds duration: UInt64) {
    buckets[LatencyBuckets.index(nanoseconds: duration)] &+= 1
    nanoseconds &+= duration
  }

  var count: UInt64 { buckets.reduce(0, &+) }

  static func += (left: inout Histogram, right: Histogram) {
    for index in left.buckets.indices { left.buckets[index] &+= right.buckets[index] }
    left.nanoseconds &+= right.nanoseconds
  }
}
