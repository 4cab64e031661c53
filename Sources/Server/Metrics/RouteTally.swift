/// The answers of one route on one loop.
struct RouteTally: Sendable {
  private static let statuses = 100..<600
  /// One place for each status, so that none is searched for.
  private var answers = [UInt64](repeating: 0, count: statuses.count)
  private(set) var latency = Histogram()

  @inline(__always)
  mutating func record(status: Int, nanoseconds: UInt64) {
    guard Self.statuses.contains(status) else { return }
    answers[status &- Self.statuses.lowerBound] &+= 1
    latency.record(nanoseconds: nanoseconds)
  }

  /// The statuses that were answered, with how often.
  var byStatus: [(status: Int, count: UInt64)] {
    answers.enumerated().compactMap { $1 == 0 ? nil : ($0 + Self.statuses.lowerBound, $1) }
  }

  static func += (left: inout RouteTally, right: RouteTally) {
    for index in left.answers.indices { left.answers[index] &+= right.answers[index] }
    left.latency += right.latency
  }
}
