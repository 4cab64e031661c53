/// Which ids to ask for next, and which rows come next into the file. A value: no I/O, no clock.
///
/// Two facts carry it. `previous_id = low, records = w` covers every id in `(low, low + w]`, whatever the gaps; and
/// a page with rows covers everything up to its last id. So segments can be asked for in any order, and the ids
/// ahead are divided into pieces, of which at most `concurrency` are under way or not yet written. Only an empty
/// page proves the end, since a server may give fewer rows than it was asked for; and only as long as no row is known
/// behind it, whichever page came first: else it is asked for again.
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
  /// The highest id that came, whether it was wanted or not.
  private var highest: Int64
  private var requests = 0

  /// Empty pages for one piece that are borne with while rows are known behind it.
  private static let mostEmptyPages = 3

  /// A plan for all ids above `after`, with pages of at most `records` rows, together within `memory` bytes.
  init(after: Int64, concurrency: Int, records: Int, memory: Int) {
    next = after
    highest = after
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
    guard next < bound ?? .max, !endIsNear || !isAsking, !seemsToEnd, mayGuess else { return nil }
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

  /// An empty page says that the table ends, and requests under way may still say that it does not.
  private var seemsToEnd: Bool { pieces.contains { $0.state == .empty } }

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

  /// The highest id that is wanted of this request's page; nil if it is not awaited. The last piece
  /// has no neighbor that asks for the ids above it, so it takes all that comes.
  func wanted(_ request: Int) -> Int64? {
    guard let index = index(of: request) else { return nil }
    return index == pieces.count - 1 && bound == nil ? .max : pieces[index].high
  }

  /// Takes in a page, read with the limit that `wanted` gave. Throws if it cannot be believed: rows are known behind
  /// it, and it is empty each time.
  mutating func received(_ request: Int, _ page: PageFacts) throws(PageProblem) {
    guard let index = index(of: request), case .asked(_, let records) = pieces[index].state else {
      budget.add(accepted: 0, wasted: page.rows)
      return
    }
    budget.add(accepted: page.accepted, wasted: page.rows - page.accepted)
    pageSize.learn(rows: page.rows, bytes: page.bytes)
    if page.rows > 0 {
      density.learn(rows: page.rows, first: page.first, last: page.last)
      endIsNear = page.rows < records
      highest = max(highest, page.last)
      doubtEmptyPages()
      place(page, of: request, at: index)
    } else {
      try takeEmptyPage(at: index)
    }
    endIfProven()
  }

  /// Divides the piece into what the page covers and the rest.
  private mutating func place(_ page: PageFacts, of request: Int, at index: Int) {
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
  }

  private mutating func takeEmptyPage(at index: Int) throws(PageProblem) {
    pieces[index].state = .empty
    pieces[index].emptyPages += 1
    if pieces[index].low < highest, pieces[index].emptyPages == Self.mostEmptyPages {
      throw .emptyBefore(id: highest)
    }
    doubtEmptyPages()
  }

  /// Asks once more where an empty page came and a row is known behind it: that may have been inserted since, or the
  /// page may be that of a replica that lags.
  private mutating func doubtEmptyPages() {
    for index in pieces.indices where pieces[index].state == .empty && pieces[index].low < highest {
      pieces[index].state = .waiting
    }
  }

  /// Nothing lies behind an empty page once no page is awaited any more that could say otherwise. All that is left in
  /// front of it has rows.
  private mutating func endIfProven() {
    guard let end = pieces.firstIndex(where: { $0.state == .empty }), !isAsking,
      !pieces.contains(where: { $0.state == .waiting })
    else { return }
    bound = pieces[end].low
    next = pieces[end].low
    pieces.removeSubrange(end...)
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
