import HTTP
import Postgres

/// Favorites in the database.
struct Favorites: Sendable {
  private let lanes: DatabaseLanes
  private let writes: Writes
  private let counter: RowCounter
  private let shared: SharedWrites<NewFavorite>
  let kept: KeptAnswers

  init(_ lanes: DatabaseLanes, counting memory: CountMemory) {
    self.lanes = lanes
    writes = Writes(lane: lanes.writes)
    counter = RowCounter(lanes: lanes, memory: memory, statements: FavoriteQueries.counts)
    kept = KeptAnswers(writes: writes, find: FavoriteQueries.kept)
    shared = SharedWrites(lanes.writes) { [writes] in try await Self.add($0, writes) }
  }

  // MARK: Reading

  /// One row more than the window holds, so that it is known whether there are more.
  func page(_ filter: FavoriteFilter, _ window: PageWindow) async throws -> Rows {
    let limit = window.limit + 1
    let found = filter.way
    let pool = window.isDeep || found?.way.isQuick == false ? await lanes.slow.opened() : lanes.reads
    if let (way, values) = found {
      return try await pool.read(
        way.list, [.int8(window.lowerBound), .int8(limit), .int8(window.offset)] + values)
    }
    if window.offset == 0 { return try await pool.read(FavoriteQueries.page, window.lowerBound, limit) }
    return try await pool.read(
      FavoriteQueries.deepPage, [.int8(window.lowerBound), .int8(limit), .int8(window.offset)])
  }

  /// Favorites of a filter are counted up to this number, which takes some ten milliseconds; beyond it, the planner is
  /// asked.
  static let countedRows: Int64 = 100_000

  /// How many favorites `filter` chooses.
  func count(_ filter: FavoriteFilter, insists: Bool) async throws -> ListCount {
    guard let (way, values) = filter.way else { return try await counter.count(insists: insists) }
    // Nobody has so many that counting them takes long.
    let isSmall = filter.id != nil || filter.users != nil
    let pool = isSmall ? lanes.reads : await lanes.slow.opened()
    let limit = insists || isSmall ? .max : Self.countedRows + 1
    func count() async throws -> Int64 {
      try await pool.read(way.count, [.int8(.min), .int8(limit), .int8(0)] + values).integer(0, 0) ?? 0
    }
    let rows = insists ? try await ExactCount.insisted(count) : try await count()
    if limit == .max || rows <= Self.countedRows { return ListCount(rows: rows, source: .exact) }
    let plan = try await lanes.slow.opened().query(FavoriteQueries.plan(filter))
    return ListCount(rows: max(rows, QueryPlan.rows(plan) ?? 0), source: .estimated)
  }

  // MARK: Writing

  /// Adds an item to a user's favorites; the row that is there already is fine. Keeps the answer under `key`.
  func add(_ favorite: NewFavorite, _ key: IdempotencyKey?) async throws -> (status: Status, row: Row) {
    let row: Row
    if let key {
      row = try await addAlone(favorite, key)
    } else {
      row = try await shared.write(favorite) { try await addAlone(favorite, nil) }
    }
    let isNew = row.cells[FavoriteQueries.newColumn]?.first == 1
    if isNew { counter.memory.with { $0.add(1) } }
    return (isNew ? .created : .ok, row)
  }

  private func addAlone(_ favorite: NewFavorite, _ key: IdempotencyKey?) async throws -> Row {
    for _ in 0..<3 {
      let rows: Rows
      do {
        rows = try await writes.run(
          key == nil ? FavoriteQueries.add : FavoriteQueries.addOnce,
          [.int8(favorite.user), .int8(favorite.item)] + (key?.values ?? []))
      } catch PostgresError.server(let message) where message.constraint == "favorites_user_fkey" {
        throw Self.unknownUser
      }
      // Without a row, another one has added it since the statement began; the next one sees it.
      if rows.count > 0 { return rows[0] }
    }
    throw Problem.unavailable("others add and remove the same favorite; try again")
  }

  /// Adds several at once. Of those who want the same one, the first gets the row; the others go alone and find it.
  private static func add(_ favorites: [NewFavorite], _ writes: Writes) async throws -> [Row?] {
    let rows = try await writes.run(
      FavoriteQueries.addSeveral, [.bigints(favorites.map(\.user)), .bigints(favorites.map(\.item))])
    var found = [Row?](repeating: nil, count: favorites.count)
    for row in 0..<rows.count {
      if let place = rows.integer(row, FavoriteQueries.newColumn + 1) { found[Int(place) - 1] = rows[row] }
    }
    var seen: Set<NewFavorite> = []
    for (place, favorite) in favorites.enumerated() where !seen.insert(favorite).inserted {
      found[place] = nil
    }
    return found
  }

  private static let unknownUser = Problem(
    .unprocessableContent, "user_id: there is no customer with this id",
    faults: [.init("user_id", "there is no customer with this id")])

  /// Removes favorites by their ids, and gives how many were there.
  func remove(_ ids: [Int64]) async throws -> Int64 {
    let count = Int64(try await writes.run(FavoriteQueries.remove, [.bigints(ids)]).affected)
    counter.memory.with { $0.add(-count) }
    return count
  }
}
