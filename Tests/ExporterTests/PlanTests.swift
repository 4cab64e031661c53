import Foundation
import TestSupport
import Testing

@testable import Exporter

@Suite struct PlanTests {
  private static let seeds = 1...(Scale.isFull ? 20 : 4) as ClosedRange<UInt64>

  static func run(
    _ ids: [Int64], concurrency: Int = 8, records: Int = 100, seed: UInt64 = 1, cap: Int = .max,
    end: Int64? = nil
  ) -> Simulation {
    var plan = Plan(after: 0, concurrency: concurrency, records: records, memory: 16 << 20)
    if let end { plan.end(at: end) }
    var simulation = Simulation(SimulatedTable(ids: ids, cap: cap), plan, seed: seed)
    var turns = 0
    while simulation.turn(), turns < 1_000_000 { turns += 1 }
    #expect(simulation.plan.isFinished)
    // Not `==` in the macro: a million ids would be printed.
    let isExact = simulation.written == ids.filter { $0 <= end ?? .max }
    #expect(isExact, "every id once and in order")
    #expect(simulation.mostOutstanding <= concurrency)
    return simulation
  }

  /// So many ids, each id below the last one being there with the same probability.
  static func ids(_ count: Int, density: Double, _ random: inout SeededGenerator) -> [Int64] {
    var id: Int64 = 0
    return (0..<count).map { _ in
      id += 1 + Int64(log(Double.random(in: .leastNonzeroMagnitude..<1, using: &random)) / log(1 - density))
      return id
    }
  }

  @Test(arguments: seeds)
  func aDenseTableIsReadWithoutAnyRowTwice(_ seed: UInt64) {
    for count in [1, 99, 100, 101, 1000, 12_345] as [Int64] {
      let run = Self.run(Array(1...count), seed: seed)
      #expect(run.received == Int(count))
      #expect(run.requests <= Int(count) / 100 + 1 + 9)
    }
    #expect(Self.run(Array(1...50_000), seed: seed).meanUnderWay > 3.5)
  }

  @Test func theFirstPagesOpenTheWindow() throws {
    // 1, then up to twice what has come, then all of it.
    var plan = Plan(after: 0, concurrency: 16, records: 100, memory: 16 << 20)
    var previous: Int64 = 0
    var waves: [Int] = []
    for _ in 0..<4 {
      var wave: [Plan.Request] = []
      while let request = plan.nextRequest() { wave.append(request) }
      waves.append(wave.count)
      for request in wave {
        #expect(request.previousID == previous)
        #expect(request.records == 100)
        previous += 100
        let page = PageFacts(
          rows: 100, first: request.previousID + 1, last: previous, accepted: 100, bytes: 40_000)
        try plan.received(request.id, page)
      }
      let writable = plan.takeWritable()
      #expect(writable == wave.map(\.id))
      plan.wrote()
    }
    #expect(waves == [1, 3, 9, 16])
  }

  @Test(arguments: seeds)
  func anEndThatWasGivenIsKept(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let ids = Self.ids(3000, density: [0.9, 0.3, 0.01].randomElement(using: &random) ?? 1, &random)
    let last = ids.last ?? 0
    for end in [0, 1, ids[0], ids[700], ids[700] + 1, last - 1, last, last + 1, .max] {
      let cap = [.max, 40].randomElement(using: &random) ?? .max
      let run = Self.run(ids, seed: seed, cap: cap, end: end)
      // What lies beyond is hardly asked for.
      #expect(run.received <= run.written.count * 3 / 2 + 8 * 100)
    }
    #expect(Self.run(ids, end: 0).requests == 0)
    #expect(Self.run(Array(1...1000), end: 500).received == 500)
  }

  @Test func anEmptyTableCostsOneRequest() {
    let run = Self.run([])
    #expect(run.requests == 1)
  }

  @Test(arguments: seeds)
  func oneInAHundredAtRandom(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let ids = (1...1_000_000 as ClosedRange<Int64>).filter { _ in Int.random(in: 0..<100, using: &random) == 0
    }
    for records in [100, 1000] {
      let run = Self.run(ids, records: records, seed: seed)
      #expect(run.received * 2 <= ids.count * 3)
      #expect(run.meanUnderWay > 2, "requests overlap")
    }
  }

  @Test(arguments: [0.9, 0.5, 0.3, 0.1, 0.003], seeds)
  func anyDensity(_ density: Double, _ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let ids = Self.ids(20_000, density: density, &random)
    let run = Self.run(ids, seed: seed)
    #expect(Double(run.received) <= 1.5 * Double(ids.count))
    #expect(run.requests <= ids.count / 100 * 2 + 50)
  }

  @Test(
    arguments: [(1000, 1000), (100, 100), (5000, 5000), (300, 3000), (3000, 300), (20_000, 1)],
    seeds)
  func idsDeletedInRuns(_ lengths: (Int, Int), _ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var ids: [Int64] = []
    var id: Int64 = 0
    while ids.count < 30_000 {
      for _ in 0..<Int.random(in: 1...(2 * lengths.0), using: &random) {
        id += 1
        ids.append(id)
      }
      id += Int64.random(in: 1...Int64(2 * lengths.1), using: &random)
    }
    let run = Self.run(ids, seed: seed)
    #expect(run.received * 10 <= ids.count * 14 + 8 * 100 * 10)
  }

  @Test(arguments: seeds)
  func gapsAreSkippedNotWalked(_ seed: UInt64) {
    var ids = Array(1...10_000 as ClosedRange<Int64>)
    for start in [10_000_000_000, 30_000_000_000, 9_000_000_000_000_000_000] as [Int64] {
      ids += Array(start..<start + 5000)
    }
    let run = Self.run(ids, seed: seed)
    #expect(run.requests <= ids.count / 100 + 3 * 20 + 30)
    #expect(run.received <= ids.count + 3 * 800)
  }

  @Test(arguments: seeds)
  func theHighestIDEndsTheExport(_ seed: UInt64) {
    _ = Self.run([.max], seed: seed)
    _ = Self.run([1, .max - 1, .max], seed: seed)
    _ = Self.run(Array(1...1000) + [.max], seed: seed)
    _ = Self.run((0..<1000).map { .max - 999 + $0 }, seed: seed)
    _ = Self.run((0..<1000).map { .max - 99_900 + $0 * 100 }, seed: seed)
  }

  @Test func aTableMayBeginAnywhere() {
    let run = Self.run(Array(5_000_000_000...5_000_010_000))
    #expect(run.received <= 10_001 + 100)
    #expect(run.requests <= 130)
  }

  @Test(arguments: seeds)
  func anythingAtAll(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<8 {
      var ids: [Int64] = []
      var id: Int64 = Int64.random(in: 0...3, using: &random)
      let powers = Int.random(in: 0...40, using: &random)
      let count = Int.random(in: 0...1500, using: &random)
      var stretch: Int64 = 1
      while ids.count < count {
        if Int.random(in: 0..<200, using: &random) == 0 {
          stretch = 1 << Int64.random(in: 0...Int64(powers), using: &random)
        }
        id += Int64.random(in: 1...stretch, using: &random)
        ids.append(id)
      }
      let concurrency = Int.random(in: 1...20, using: &random)
      let records = [1, 2, 7, 50, 300].randomElement(using: &random) ?? 1
      let cap = [.max, .max, 1, 40].randomElement(using: &random) ?? .max
      let run = Self.run(ids, concurrency: concurrency, records: records, seed: random.next(), cap: cap)
      // With pages of a few rows, each row too many is a large part of the page.
      let percent = records < 10 ? 60 : 40
      #expect(run.received <= ids.count * (100 + percent) / 100 + concurrency * records + 2)
    }
  }

  @Test func oneAtATimeReadsNoRowTwice() {
    var random = SeededGenerator(seed: 3)
    let ids = Self.ids(10_000, density: 0.1, &random)
    let run = Self.run(ids, concurrency: 1)
    #expect(run.received == ids.count)
    #expect(run.mostUnderWay == 1)
  }

  @Test(arguments: seeds)
  func largeRowsMakeSmallPages(_ seed: UInt64) {
    var table = SimulatedTable(ids: Array(1...20_000))
    // A stretch of small rows, then rows of 80 kB.
    table.bytesPerRow = { $0 < 3000 || $0 > 6000 ? 400 : 80_000 }
    let memory = 8 << 20
    var run = Simulation(table, Plan(after: 0, concurrency: 8, records: 1000, memory: memory), seed: seed)
    while run.turn(bodyLimit: memory / 8) {}
    let isExact = run.written == table.ids
    #expect(isExact)
    #expect(run.mostBytes <= memory)
    #expect(run.requests < 2000)
  }

  @Test func aRowLargerThanItsMemoryIsAnError() {
    var plan = Plan(after: 0, concurrency: 1, records: 5, memory: 1000)
    var tries = 0
    while let request = plan.nextRequest(), plan.tooLarge(request.id) { tries += 1 }
    #expect(tries == 1)
  }

  @Test func aLateAnswerIsIgnored() throws {
    var plan = Plan(after: 0, concurrency: 4, records: 10, memory: 1 << 20)
    let page = PageFacts(rows: 3, first: 1, last: 3, accepted: 3, bytes: 10)
    try plan.received(99, page)
    #expect(plan.wanted(99) == nil)
    let mayGoOn = plan.tooLarge(99)
    #expect(mayGoOn)
    let writable = plan.takeWritable()
    #expect(writable == [])
  }
}
