import Testing

@testable import Server

@Suite struct TableCountTests {
  @Test func nothingIsKnownAtFirst() {
    let count = TableCount()
    #expect(count.decision(now: 0, insists: false) == .estimate)
    #expect(count.decision(now: 0, insists: true) == .count)
  }

  @Test func fewRowsAreCountedEachTime() {
    var count = TableCount()
    count.take(TableCount.cheapRows, began: 0, now: 1)
    #expect(count.decision(now: 2, insists: false) == .count)
    count.add(1)
    #expect(count.decision(now: 2, insists: false) == .kept(TableCount.cheapRows + 1, age: 2))
  }

  @Test func manyRowsAreRemembered() {
    var count = TableCount()
    count.take(1_000_000, began: 100, now: 160)
    #expect(count.decision(now: 1100, insists: false) == .kept(1_000_000, age: 1000))
    #expect(count.decision(now: 1100, insists: true) == .count)
    count.add(-1)
    #expect(count.decision(now: 1100, insists: false) == .kept(999_999, age: 1000))
  }

  /// One counts, the others go on with what is known.
  @Test func onlyOneCountsAtATime() {
    var count = TableCount()
    let first = count.beginsCounting(now: 0)
    let second = count.beginsCounting(now: 0)
    #expect(first && !second)
    count.take(1_000_000, began: 0, now: 100)
    let soon = count.beginsCounting(now: 100 + TableCount.leastAge - 1)
    let later = count.beginsCounting(now: 100 + TableCount.leastAge)
    #expect(!soon && later)
  }

  @Test func whatTakesLongIsDoneRarely() {
    var count = TableCount()
    count.take(10_000_000, began: 0, now: 1000)
    let soon = count.beginsCounting(now: 1000 + 20_000 - 1)
    let later = count.beginsCounting(now: 1000 + 20_000)
    #expect(!soon && later)
  }

  @Test func aCountThatFailedIsTriedAgainLater() {
    var count = TableCount()
    _ = count.beginsCounting(now: 0)
    count.fail(now: 10)
    let soon = count.beginsCounting(now: 10 + TableCount.pause - 1)
    let later = count.beginsCounting(now: 10 + TableCount.pause)
    #expect(!soon && later)
    #expect(count.decision(now: 11, insists: false) == .estimate)
  }
}
