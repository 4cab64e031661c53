import TestSupport
import Testing

@testable import Generator

@Suite struct LoadPlanTests {
  private func chunks(_ plan: LoadPlan) -> [ClosedRange<Int64>] {
    var plan = plan
    var chunks: [ClosedRange<Int64>] = []
    while let chunk = plan.next() { chunks.append(chunk) }
    // When it is empty, it stays empty.
    #expect(plan.next() == nil)
    return chunks
  }

  @Test func whatIsFinishedIsLeftOut() {
    func plan(_ finished: [ClosedRange<Int64>]) -> [ClosedRange<Int64>] {
      chunks(LoadPlan(1...10, finished: finished, jobs: 1, limit: 4))
    }
    #expect(plan([]) == [1...4, 5...8, 9...10])
    #expect(plan([1...4]) == [5...8, 9...10])
    #expect(plan([5...8]) == [1...4, 9...10])
    #expect(plan([9...10]) == [1...4, 5...8])
    #expect(plan([1...4, 9...10]) == [5...8])
    #expect(plan([2...2, 4...4]) == [1...1, 3...3, 5...8, 9...10])
    // Ranges that touch are as good as one.
    #expect(plan([1...3, 4...8]) == [9...10])
    #expect(plan([1...10]) == [])
  }

  /// Every job has something to do, as far as the ids go, and no chunk is longer than the limit.
  @Test(arguments: [(10_000, 2, 5000), (10_001, 2, 5001), (1_000_000, 7, 50_000), (3, 7, 1), (1, 1, 1)])
  func jobsShareTheIds(count: Int64, jobs: Int, size: Int64) {
    let found = chunks(LoadPlan(1...count, finished: [], jobs: jobs, limit: 50_000))
    #expect(found.first.map { Int64($0.count) } == size)
    #expect(found.count >= min(jobs, Int(count)))
    #expect(found.reduce(0) { $0 + Int64($1.count) } == count)
    #expect(zip(found, found.dropFirst()).allSatisfy { $0.upperBound + 1 == $1.lowerBound })
  }

  @Test func theHighestIdsOverflowNothing() {
    let all = LoadPlan(1 ... .max, finished: [], jobs: 1, limit: .max)
    #expect(all.count == .max && chunks(all) == [1 ... .max])
    /// Ids that end so many before the highest of all.
    func ids(_ first: Int64, _ last: Int64) -> ClosedRange<Int64> { Int64.max - first...Int64.max - last }
    let end = chunks(LoadPlan(ids(9, 0), finished: [ids(7, 5)], jobs: 3, limit: 4))
    #expect(end == [ids(9, 8), ids(4, 2), ids(1, 0)])
    #expect(chunks(LoadPlan(ids(9, 0), finished: [ids(9, 0)], jobs: 3, limit: 4)) == [])
  }

  /// Runs that end anywhere, with chunks in flight that are lost and chunks that ended in any order; each goes on with
  /// another number of jobs. All ids arrive exactly once, and what was sent twice is what was in flight.
  @Test(arguments: 0..<50 as Range<UInt64>)
  func anyHistoryEndsWithEveryIdOnce(seed: UInt64) {
    var dice = SeededGenerator(seed: seed)
    let last = Int64.random(in: 1...5000, using: &dice)
    let limit = Int64.random(in: 1...600, using: &dice)
    var history = History(last: Int(last))
    for _ in 0..<20 {
      let jobs = Int.random(in: 1...9, using: &dice)
      let steps = Int.random(in: 0...8, using: &dice)
      history.run(LoadPlan(1...last, finished: history.ranges, jobs: jobs, limit: limit), jobs, steps, &dice)
    }
    history.run(LoadPlan(1...last, finished: history.ranges, jobs: 2, limit: limit), 2, .max, &dice)
    #expect(history.ranges == [1...last])
    #expect(!history.hasDoubles)
    #expect(history.sent == Int(last) + history.lost)
    #expect(history.longest <= Int(limit))
  }

  /// What has become of each id over several runs.
  private struct History {
    private var arrived: [Int]
    private(set) var sent = 0
    private(set) var lost = 0
    private(set) var longest = 0

    init(last: Int) { arrived = [Int](repeating: 0, count: last + 1) }

    var hasDoubles: Bool { arrived.contains { $0 > 1 } }

    /// A run that is killed after so many chunks, with one in flight for each job.
    mutating func run(_ plan: LoadPlan, _ jobs: Int, _ steps: Int, _ dice: inout SeededGenerator) {
      var plan = plan
      var flying: [ClosedRange<Int64>] = []
      var left = steps
      while left > 0 {
        left -= 1
        while flying.count < jobs, let chunk = plan.next() {
          flying.append(chunk)
          sent += chunk.count
          longest = max(longest, chunk.count)
        }
        guard let done = flying.indices.randomElement(using: &dice) else { break }
        for id in flying.remove(at: done) { arrived[Int(id)] += 1 }
      }
      for chunk in flying { lost += chunk.count }
    }

    /// The ids that have arrived, as PostgreSQL's multirange gives them.
    var ranges: [ClosedRange<Int64>] {
      var ranges: [ClosedRange<Int64>] = []
      for id in arrived.indices.dropFirst() where arrived[id] > 0 {
        if let last = ranges.last, last.upperBound + 1 == Int64(id) {
          ranges[ranges.count - 1] = last.lowerBound...Int64(id)
        } else {
          ranges.append(Int64(id)...Int64(id))
        }
      }
      return ranges
    }
  }
}
