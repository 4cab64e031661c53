import TestSupport

@testable import Exporter

/// A table that is only ids, and answers as the contract says.
struct SimulatedTable {
  /// Ascending.
  var ids: [Int64]
  /// Rows the server gives at most, whatever it is asked for.
  var cap = Int.max
  /// Size of the row with this id.
  var bytesPerRow: (Int64) -> Int = { _ in 400 }
  /// How often a page is empty that should not be.
  var emptyPages = 0.0

  func page(after previousID: Int64, records: Int) -> ArraySlice<Int64> {
    var low = 0
    var high = ids.count
    while low < high {
      let middle = (low + high) / 2
      if ids[middle] > previousID { high = middle } else { low = middle + 1 }
    }
    return ids[low..<min(ids.count, low + min(records, cap))]
  }
}

/// Drives a plan against a table: requests are answered in an order that the seed gives.
struct Simulation {
  let table: SimulatedTable
  var plan: Plan
  private var random: SeededGenerator
  private var underWay: [Plan.Request] = []
  private var fetched: [Int: [Int64]] = [:]
  private var fetchedBytes = 0
  private(set) var written: [Int64] = []
  /// Ids that were given out, wanted or not.
  private(set) var given: Set<Int64> = []
  /// Why the plan has given up.
  private(set) var problem: PageProblem?
  private(set) var received = 0
  private(set) var requests = 0
  private(set) var mostUnderWay = 0
  private(set) var mostOutstanding = 0
  private(set) var mostBytes = 0
  /// Requests under way, summed over all turns, to see how many overlap.
  private(set) var turns = 0
  private(set) var underWayInAll = 0

  init(_ table: SimulatedTable, _ plan: Plan, seed: UInt64) {
    self.table = table
    self.plan = plan
    random = SeededGenerator(seed: seed)
  }

  var meanUnderWay: Double { Double(underWayInAll) / Double(max(turns, 1)) }

  /// One turn: send all that may be sent, then one answer comes or one write ends. False when all is done.
  mutating func turn(bodyLimit: Int = .max) -> Bool {
    while let request = plan.nextRequest() {
      underWay.append(request)
      requests += 1
    }
    mostUnderWay = max(mostUnderWay, underWay.count)
    mostOutstanding = max(mostOutstanding, plan.outstanding)
    turns += 1
    underWayInAll += underWay.count
    if plan.isFinished || problem != nil { return false }
    if underWay.isEmpty || Bool.random(using: &random) {
      let requests = plan.takeWritable()
      if !requests.isEmpty || underWay.isEmpty {
        for request in requests { written += take(request) }
        plan.wrote()
        return true
      }
    }
    answer(underWay.remove(at: Int.random(in: 0..<underWay.count, using: &random)), bodyLimit)
    return true
  }

  private mutating func answer(_ request: Plan.Request, _ bodyLimit: Int) {
    let isEmpty = table.emptyPages > 0 && Double.random(in: 0..<1, using: &random) < table.emptyPages
    let page = isEmpty ? [] : table.page(after: request.previousID, records: request.records)
    if table.emptyPages > 0 { given.formUnion(page) }
    received += page.count
    let bytes = page.reduce(0) { $0 + table.bytesPerRow($1) }
    if bytes > bodyLimit, request.records > 1 {
      _ = plan.tooLarge(request.id)
      return
    }
    let limit = plan.wanted(request.id)
    let accepted = page.prefix { $0 <= limit ?? .min }
    var facts = PageFacts(
      rows: page.count, first: page.first ?? 0, last: page.last ?? 0, accepted: accepted.count,
      firstBeyond: page.dropFirst(accepted.count).first, bytes: bytes)
    if limit == nil { facts.accepted = 0 }
    do throws(PageProblem) { try plan.received(request.id, facts) } catch { problem = error }
    if !accepted.isEmpty { fetched[request.id] = Array(accepted) }
    fetchedBytes += accepted.reduce(0) { $0 + table.bytesPerRow($1) }
    mostBytes = max(mostBytes, fetchedBytes)
  }

  private mutating func take(_ request: Int) -> [Int64] {
    let ids = fetched.removeValue(forKey: request) ?? []
    fetchedBytes -= ids.reduce(0) { $0 + table.bytesPerRow($1) }
    return ids
  }
}
