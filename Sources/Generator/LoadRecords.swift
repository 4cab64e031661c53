import Postgres

/// The table `loads`, in which a database remembers what was loaded into it.
struct LoadRecords {
  private let session: PostgresSession

  init(_ session: PostgresSession) { self.session = session }

  /// The load that is not over; if there is none, the last one.
  func latest() async throws -> LoadRecord? {
    let rows = try await session.query(
      """
      SELECT load_id, first_id, last_id, mode, seed, sample, finished_at IS NOT NULL
      FROM loads ORDER BY finished_at IS NULL DESC, load_id DESC LIMIT 1
      """)
    guard rows.count == 1, let identifier = rows.integer(0, 0), let first = rows.integer(0, 1),
      let last = rows.integer(0, 2),
      let mode = rows.text(0, 3).flatMap({ GeneratorSettings.OnRows(rawValue: $0) }),
      let seed = rows.integer(0, 4), let sample = rows.integer(0, 5), let isOver = rows.boolean(0, 6)
    else { return nil }
    return LoadRecord(
      identifier: identifier,
      request: LoadRequest(rows: last - first + 1, seed: seed, mode: mode, sample: sample),
      ids: first...last, finished: try await finished(identifier, first: first), isOver: isOver)
  }

  /// The table counts from 0, and the ends of its ranges lie one behind.
  private func finished(_ identifier: Int64, first: Int64) async throws -> [ClosedRange<Int64>] {
    let rows = try await session.query(
      "SELECT lower(r), upper(r) FROM loads, unnest(finished) AS r WHERE load_id = \(identifier) ORDER BY 1")
    return (0..<rows.count).compactMap { row in
      guard let lower = rows.integer(row, 0), let upper = rows.integer(row, 1) else { return nil }
      return first + lower...first + (upper - 1)
    }
  }

  /// Writes down a load that begins.
  func add(_ request: LoadRequest, _ ids: ClosedRange<Int64>) async throws -> LoadRecord {
    let rows = try await session.query(
      """
      INSERT INTO loads (first_id, last_id, mode, seed, sample)
      VALUES (\(ids.lowerBound), \(ids.upperBound), \(request.mode.rawValue), \(request.seed), \(request.sample))
      RETURNING load_id
      """)
    guard let identifier = rows.integer(0, 0) else { throw LoadError.recordIsGone }
    return LoadRecord(identifier: identifier, request: request, ids: ids, finished: [], isOver: false)
  }

  /// Writes down, in the transaction of its rows, that a chunk is in the table.
  func add(_ chunk: ClosedRange<Int64>, to record: LoadRecord) async throws {
    let first = chunk.lowerBound - record.ids.lowerBound
    let last = chunk.upperBound - record.ids.lowerBound
    let rows = try await session.query(
      """
      UPDATE loads SET finished = finished + int8multirange(int8range(\(first), \(last), '[]'))
      WHERE load_id = \(record.identifier) AND finished_at IS NULL
      """)
    if rows.affected != 1 { throw LoadError.recordIsGone }
  }

  /// Writes down that a load is over; the table itself makes sure that all of it is there.
  func finish(_ record: LoadRecord) async throws {
    let rows = try await session.query(
      """
      UPDATE loads SET finished_at = clock_timestamp()
      WHERE load_id = \(record.identifier) AND finished_at IS NULL
      """)
    if rows.affected != 1 { throw LoadError.recordIsGone }
  }
}
