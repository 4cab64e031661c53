import Testing

@testable import Generator

@Suite struct IDPlanTests {
  private func pieces(_ plan: IDPlan) -> [ClosedRange<Int64>] {
    var plan = plan
    var pieces: [ClosedRange<Int64>] = []
    while let piece = plan.next() { pieces.append(piece) }
    // When it is empty, it stays empty.
    #expect(plan.next() == nil)
    return pieces
  }

  @Test func piecesAreGivenOutInOrder() {
    #expect(pieces(IDPlan(1...10, size: 4)) == [1...4, 5...8, 9...10])
    #expect(pieces(IDPlan(1...8, size: 4)) == [1...4, 5...8])
    #expect(pieces(IDPlan(5...5, size: 4)) == [5...5])
    #expect(pieces(IDPlan(7...9, size: 1)) == [7...7, 8...8, 9...9])
  }

  @Test(arguments: [1, 3, .max] as [Int64])
  func theHighestIdsOverflowNothing(size: Int64) {
    let found = pieces(IDPlan(.max - 6 ... .max, size: size))
    #expect(found.first?.lowerBound == .max - 6 && found.last?.upperBound == .max)
    #expect(found.reduce(0) { $0 + $1.count } == 7)
  }

  @Test func allIdsAtOnce() {
    #expect(pieces(IDPlan(1 ... .max, size: .max)) == [1 ... .max])
  }

  /// Every job has something to do, as far as the ids go, and no COPY is longer than the limit.
  @Test(arguments: [(10_000, 2, 5000), (10_001, 2, 5001), (1_000_000, 7, 50_000), (3, 7, 1), (1, 1, 1)])
  func jobsShareTheIds(count: Int64, jobs: Int, size: Int64) {
    let plan = IDPlan(1...count, jobs: jobs, limit: 50_000)
    #expect(plan.size == size)
    let found = pieces(plan)
    #expect(found.count >= min(jobs, Int(count)))
    #expect(found.reduce(0) { $0 + Int64($1.count) } == count)
    #expect(zip(found, found.dropFirst()).allSatisfy { $0.upperBound + 1 == $1.lowerBound })
  }
}
