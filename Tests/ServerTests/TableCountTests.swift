import Testing

@testable import Server

@Suite struct TableCountTests {
  @Test func nothingIsKnownAtFirst() {
    let count = TableCount()
    #expect(count.decision(now: 0, insists: false) == .countFew)
    #expect(count.decision(now: 0, insists: true) == .countAll)
  }

  @Test func fewRowsAreCountedEachTime() {
    var count = TableCount()
    count.take(TableCount.cheapRows, began: 0, now: 1)
    #expect(count.decision(now: 2, insists: false) == .countFew)
    count.add(1)
    #expect(count.decision(now: 2, insists: false) == .kept(TableCount.cheapRows + 1, age: 2))
  }

  /// The table has grown: it is not counted for each list again.
  @Test func thatThereAreManyIsRemembered() {
    var count = TableCount()
    count.take(TableCount.cheapRows, began: 0, now: 1)
    count.takeMany()
    #expect(count.decision(now: 2, insists: false) == .estimate)
    count.add(1)
    #expect(count.decision(now: 2, insists: false) == .estimate, "what was known before is not")
    count.take(1_000_000, began: 2, now: 3)
    #expect(count.decision(now: 3, insists: false) == .kept(1_000_000, age: 1))
    count.takeMany()
    #expect(count.decision(now: 3, insists: false) == .kept(1_000_000, age: 1), "it is known better")
    count.take(5, began: 3, now: 4)
    #expect(count.decision(now: 4, insists: false) == .countFew)
  }

  @Test func manyRowsAreRemembered() {
    var count = TableCount()
    count.take(1_000_000, began: 100, now: 160)
    #expect(count.decision(now: 1100, insists: false) == .kept(1_000_000, age: 1000))
    #expect(count.decision(now: 1100, insists: true) == .countAll)
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
    count.take(1_000_000, began: 0, now: 0)
    _ = count.beginsCounting(now: TableCount.leastAge)
    count.fail(now: 6000, tookTooLong: false)
    let soon = count.beginsCounting(now: 6000 + TableCount.pause - 1)
    let later = count.beginsCounting(now: 6000 + TableCount.pause)
    #expect(!soon && later)
    #expect(count.decision(now: 6000, insists: false) == .kept(1_000_000, age: 6000))
  }

  /// No better number will come, so the old one is not kept for ever.
  @Test func aCountThatTakesTooLongLeavesItToThePlanner() {
    var count = TableCount()
    count.take(1_000_000, began: 0, now: 0)
    _ = count.beginsCounting(now: TableCount.leastAge)
    count.fail(now: 6000, tookTooLong: true)
    #expect(count.decision(now: 6001, insists: false) == .estimate)
    #expect(count.decision(now: 6001, insists: true) == .countAll)
  }
}
