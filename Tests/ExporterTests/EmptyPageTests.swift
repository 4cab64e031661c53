import EventLoop
import TestSupport
import Testing

@testable import Exporter

/// An empty page says that the table ends. It is not taken at its word while rows are known behind it, whichever came
/// first: no row that the server gave is left out in silence.
@Suite struct EmptyPageTests {
  /// A plan with pages of ten rows that names its requests by what they ask for.
  private final class Course {
    private var plan = Plan(after: 0, concurrency: 4, records: 10, memory: 1 << 20)
    private var asked: [Int64: Int] = [:]
    private var names: [Int: Int64] = [:]

    /// The first page is here, and three requests are under way: for the ids behind 10, 20 and 30.
    init() throws {
      #expect(ask() == 0)
      try take(0, rows: 1...10)
      #expect(write() == [0])
      #expect((0..<3).map { _ in ask() } == [10, 20, 30])
    }

    var isFinished: Bool { plan.isFinished }

    func ask() -> Int64? {
      guard let request = plan.nextRequest() else { return nil }
      asked[request.previousID] = request.id
      names[request.id] = request.previousID
      return request.previousID
    }

    /// All rows are wanted but the one `beyond` them.
    func take(_ name: Int64, rows: ClosedRange<Int64>, beyond: Int64? = nil) throws {
      try plan.received(
        asked[name] ?? 0,
        PageFacts(
          rows: rows.count + (beyond == nil ? 0 : 1), first: rows.lowerBound,
          last: beyond ?? rows.upperBound,
          accepted: rows.count, lastAccepted: rows.upperBound, firstBeyond: beyond, bytes: 1000))
    }

    func takeNothing(_ name: Int64) throws { try plan.received(asked[name] ?? 0, PageFacts()) }

    func write() -> [Int64?] {
      let written = plan.takeWritable()
      plan.wrote()
      return written.map { names[$0] }
    }
  }

  @Test func rowsThatCameBeforeItMakeItDoubtful() throws {
    let course = try Course()
    try course.take(20, rows: 21...30)
    try course.takeNothing(10)
    #expect(course.ask() == 10)
    try course.take(10, rows: 11...20)
    #expect(course.write() == [10, 20])
    try course.takeNothing(30)
    #expect(course.isFinished)
  }

  @Test func rowsThatComeBehindItMakeItDoubtful() throws {
    let course = try Course()
    try course.takeNothing(10)
    #expect(!course.isFinished)
    #expect(course.ask() == nil, "nothing is asked for behind what may be the end")
    try course.take(30, rows: 31...40)
    #expect(course.write() == [])
    #expect(course.ask() == 10)
    #expect(course.ask() == 40)
  }

  /// A page in front of it tells of a row behind it.
  @Test func aRowThatWasNotWantedMakesItDoubtful() throws {
    let course = try Course()
    try course.takeNothing(30)
    try course.take(20, rows: 21...25, beyond: 70)
    try course.take(10, rows: 11...20)
    #expect(!course.isFinished)
    #expect(course.ask() == 69, "what that page has skipped is not asked for again")
  }

  @Test(arguments: [[10, 20, 30], [30, 20, 10], [20, 30, 10]] as [[Int64]])
  func allThatIsUnderWayHasToAgree(_ order: [Int64]) throws {
    let course = try Course()
    for name in order {
      #expect(!course.isFinished)
      try course.takeNothing(name)
    }
    #expect(course.isFinished)
    #expect(course.ask() == nil)
  }

  @Test func aPageThatStaysEmptyIsNotBelieved() throws {
    let course = try Course()
    try course.take(20, rows: 21...30)
    for _ in 0..<2 {
      try course.takeNothing(10)
      #expect(course.ask() == 10)
    }
    #expect(throws: PageProblem.emptyBefore(id: 30)) { try course.takeNothing(10) }
    #expect(course.write() == [])
  }

  /// Pages are empty at random, as those of a replica that lags.
  @Test(arguments: 1...(Scale.isFull ? 200 : 40) as ClosedRange<UInt64>)
  func eachRowThatCameIsWritten(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let density: Double = [0.99, 0.5, 0.05].randomElement(using: &random) ?? 1
    var table = SimulatedTable(ids: PlanTests.ids(2000, density: density, &random))
    table.cap = [.max, 40].randomElement(using: &random) ?? .max
    table.emptyPages = 0.2
    var run = Simulation(
      table, Plan(after: 0, concurrency: 8, records: 100, memory: 16 << 20), seed: random.next())
    while run.turn() {}
    #expect(run.plan.isFinished == (run.problem == nil))
    let isInOrder = zip(run.written, table.ids).allSatisfy(==)
    #expect(isInOrder, "no row is left out in the middle")
    let isAllThere = run.problem != nil || run.given.isSubset(of: run.written)
    #expect(isAllThere)
  }

  // MARK: Over the network

  /// A server behind which one of two replicas lags: it says that there is nothing behind id 500, as often as `lags`,
  /// though the page behind 550 was given already.
  private static func export(
    lags: Int,
    _ check: @escaping @Sendable (Loop, SimulatedAPI, TemporaryFolder, ExportOutcome) async throws -> Void
  ) async throws {
    try await ExportTests.withAPI(Array(1...1000)) { loop, api, folder in
      let left = Locked(lags)
      api.interfere = { request in
        guard request.parameter("previous_id") == 500 else { return nil }
        try? await loop.eventually("a page behind 550") { api.highestQuestion >= 550 }
        return left.withLock { left in
          left -= 1
          return left >= 0 ? .response("200 OK", "[]") : nil
        }
      }
      let outcome = try await ExportTests.export(loop, api.url, folder)
      api.interfere = nil
      try await check(loop, api, folder, outcome)
    }
  }

  @Test(arguments: [1, 2])
  func aReplicaThatLagsCostsNothing(_ lags: Int) async throws {
    try await Self.export(lags: lags) { _, _, folder, outcome in
      #expect(outcome == .finished)
      ExportTests.expectFinished(folder, Array(1...1000))
    }
  }

  @Test func aReplicaThatLagsForLongIsAnError() async throws {
    try await Self.export(lags: .max) { loop, api, folder, outcome in
      guard case .failed(let message) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(message.hasPrefix("the page behind id 500 is not what was asked for: it is empty each time"))
      #expect(folder.names == ["customers.csv.part", "customers.csv.state"])
      let isHonest = SimulatedRow.csv(Array(1...500)).hasPrefix(folder.text(folder.paths.part) ?? "")
      #expect(isHonest)
      try await ExportTests.finish(loop, api, folder, Array(1...1000))
    }
  }
}
