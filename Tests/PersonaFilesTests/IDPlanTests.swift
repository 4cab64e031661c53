import Testing

@testable import PersonaFiles

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
}
