/// Which ids to ask for next, and which rows come next into the file. A value: no I/O, no clock.
///
/// Two facts carry it. `previous_id = low, records = w` covers every id in `(low, low + w]`, whatever the gaps; and
/// a page with rows covers everything up to its last id. So segments can be asked for in any order, and the ids
/// ahead are divided into pieces, of which at most `concurrency` are under way or not yet written. Only an empty
/// page proves the end: a server may give fewer rows than it was asked for.
struct Plan {
  struct Request: Equatable {
    var id: Int
    var previousID: Int64
    var records: Int
  }

  let concurrency: Int
  /// In ascending order; what lies between them is known to be empty or written.
  private(set) var pieces: [Piece] = []
  /// No piece covers an id above this one.
  private(set) var next: Int64
  private(set) var density = Density()
  private(set) var pageSize: PageSize
  private(set) var budget = WasteBudget()
  /// No row above this id is wanted, or there is none; nil while that is unknown.
  private var bound: Int64?
  /// A page came that had fewer rows than it could: most likely the table ends there.
  private var endIsNear = false
  private var requests = 0

  /// A plan for all ids above `after`, with pages of at most `records` rows, together within `memory` bytes.
  init(after: Int64, concurrency: Int, records: Int, memory: Int) {
    next = after
    self.concurrency = concurrency
    pageSize = PageSize(most: records, bytes: memory / concurrency)
  }

  /// Leaves out all ids above `end`. To be called before the first request.
  mutating func end(at end: Int64) { bound = end }

  /// Everything was fetched and written.
  var isFinished: Bool { pieces.isEmpty && (next == .max || bound.map { next >= $0 } == true) }

  /// Requests under way and pages that were not written yet.
  var outstanding: Int { pieces.count { $0.state != .waiting } }

  /// The request to send now, if there is one.
  mutating func nextRequest() -> Request? {
    guard outstanding < concurrency else { return nil }
    if let waiting = pieces.firstIndex(where: { $0.state == .waiting }) {
      return mayGuess ? ask(waiting) : nil
    }
    guard next < bound ?? .max, !endIsNear || !isAsking, mayGuess else { return nil }
    let width = density.width(records: pageSize.records)
    let (sum, overflow) = next.addingReportingOverflow(width)
    let high = min(overflow ? .max : sum, bound ?? .max)
    pieces.append(Piece(low: next, high: high, state: .waiting))
    next = high
    return ask(pieces.count - 1)
  }

  private mutating func ask(_ index: Int) -> Request {
    let piece = pieces[index]
    var records = pageSize.records
    if index < pieces.count - 1 { records = min(records, density.records(width: piece.width)) }
    if piece.width < records { records = Int(piece.width) }
    requests += 1
    pieces[index].state = .asked(request: requests, records: records)
    return Request(id: requests, previousID: piece.low, records: records)
  }

  private var isAsking: Bool { pieces.contains { if case .asked = $0.state { true } else { false } } }

  /// Whether one more request may be sent beside those under way. All rows of a request that has a later one beside
  /// it may turn out to be that one's; a request alone finds out what comes next.
  private var mayGuess: Bool {
    var risk = 0
    for case .asked(_, let records) in pieces.lazy.map(\.state) { risk += records }
    return risk == 0 || budget.allows(risk: risk)
  }

  private func index(of request: Int) -> Int? {
    pieces.firstIndex { if case .asked(request, _) = $0.state { true } else { false } }
  }

  /// The highest id that is wanted of this request's page; nil if none of it is wanted any more. The last piece
  /// has no neighbor that asks for the ids above it, so it takes all that comes.
  func wanted(_ request: Int) -> Int64? {
    guard let index = index(of: request) else { return nil }
    return index == pieces.count - 1 && bound == nil ? .max : pieces[index].high
  }

  /// Takes in a page, read with the limit that `wanted` gave, and names the requests whose pages, fetched but not
  /// written, have turned out to lie beyond the end.
  mutating func received(_ request: Int, _ page: PageFacts) -> [Int] {
    guard let index = index(of: request), case .asked(_, let records) = pieces[index].state else {
      budget.add(accepted: 0, wasted: page.rows)
      return []
    }
    budget.add(accepted: page.accepted, wasted: page.rows - page.accepted)
    pageSize.learn(rows: page.rows, bytes: page.bytes)
    guard page.rows > 0 else { return end(at: index) }
    density.learn(rows: page.rows, first: page.first, last: page.last)
    endIsNear = page.rows < records

    let isLast = index == pieces.count - 1
    let piece = pieces[index]
    var covered = piece.high
    if page.firstBeyond == nil, isLast || page.last < piece.high { covered = page.last }
    if isLast, page.firstBeyond == nil { next = covered }
    var rest: [Piece] = []
    if page.accepted > 0 {
      let state = Piece.State.fetched(request: request, rows: page.accepted)
      rest.append(Piece(low: piece.low, high: covered, state: state))
    }
    if covered < piece.high, !isLast {
      rest.append(Piece(low: covered, high: piece.high, state: .waiting))
    }
    pieces.replaceSubrange(index...index, with: rest)
    if let first = page.firstBeyond { skip(from: piece.high, to: first - 1) }
    return []
  }

  /// Nothing lies above the piece's low end.
  private mutating func end(at index: Int) -> [Int] {
    bound = min(bound ?? .max, pieces[index].low)
    next = pieces[index].low
    let dropped = pieces[index...].compactMap { piece -> Int? in
      if case .fetched(let request, let rows) = piece.state {
        budget.add(accepted: -rows, wasted: rows)
        return request
      }
      return nil
    }
    pieces.removeSubrange(index...)
    return dropped
  }

  /// No id lies in `(low, high]`: what was not asked for there need not be.
  private mutating func skip(from low: Int64, to high: Int64) {
    pieces.removeAll { $0.state == .waiting && $0.low >= low && $0.high <= high }
    for index in pieces.indices where pieces[index].state == .waiting && pieces[index].low >= low {
      pieces[index].low = max(pieces[index].low, high)
    }
    if next >= low { next = max(next, high) }
  }

  /// Takes in that the page was too large for its memory; false if it cannot be made smaller.
  mutating func tooLarge(_ request: Int) -> Bool {
    guard let index = index(of: request), case .asked(_, let records) = pieces[index].state else {
      return true
    }
    guard records > 1 else { return false }
    pageSize.learnTooLarge(records: records)
    pieces[index].state = .waiting
    return true
  }

  /// The requests whose pages come next into the file, in order. They count as outstanding until `wrote()`.
  mutating func takeWritable() -> [Int] {
    var requests: [Int] = []
    for index in pieces.indices {
      guard case .fetched(let request, let rows) = pieces[index].state else { break }
      pieces[index].state = .writing(rows: rows)
      requests.append(request)
    }
    return requests
  }

  /// Takes in that what `takeWritable()` gave is in the file.
  mutating func wrote() {
    pieces.removeAll { if case .writing = $0.state { true } else { false } }
  }
}
