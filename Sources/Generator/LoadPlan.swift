import PersonaFiles

/// What is left of a load, in chunks that are given out once each, in order.
///
/// It is a value, made anew from what the database says is finished: nothing of an earlier run is remembered here, so
/// that any number of jobs can go on with what any other number of jobs began.
struct LoadPlan: Sendable {
  /// Ids that are left when the plan is made.
  let count: Int64
  private var gaps: [IDPlan]

  /// A plan for those of `ids` that are not in `finished`, which are in order and do not overlap. Chunks have at most
  /// `limit` ids, and there are as many as jobs if there are ids enough.
  init(_ ids: ClosedRange<Int64>, finished: [ClosedRange<Int64>], jobs: Int, limit: Int64) {
    let left = Self.gaps(in: ids, between: finished)
    let count = left.reduce(0) { $0 + ($1.upperBound - $1.lowerBound + 1) }
    let size = max(1, min(limit, (count - 1) / Int64(max(jobs, 1)) + 1))
    self.count = count
    // The last one first, so that a gap that is used up is taken off the end.
    gaps = left.reversed().map { IDPlan($0, size: size) }
  }

  /// The next chunk, nil when all were given out.
  mutating func next() -> ClosedRange<Int64>? {
    while !gaps.isEmpty {
      if let chunk = gaps[gaps.count - 1].next() { return chunk }
      gaps.removeLast()
    }
    return nil
  }

  private static func gaps(
    in ids: ClosedRange<Int64>, between finished: [ClosedRange<Int64>]
  ) -> [ClosedRange<Int64>] {
    var gaps: [ClosedRange<Int64>] = []
    var first = ids.lowerBound
    for range in finished {
      if range.lowerBound > first { gaps.append(first...range.lowerBound - 1) }
      guard range.upperBound < ids.upperBound else { return gaps }
      first = range.upperBound + 1
    }
    gaps.append(first...ids.upperBound)
    return gaps
  }
}
