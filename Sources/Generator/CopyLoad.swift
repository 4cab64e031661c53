import EventLoop
import Meters
import PersonaFiles
import Personas
import Postgres

/// Loads what is left of a load through several COPYs at once, all on one loop.
///
/// A job takes a chunk of the plan, sends it in one COPY, and takes the next. The transaction of the COPY also writes
/// down that the chunk is finished, so that nothing but the database knows how far the load is.
///
/// Rows are made on the loop's own thread, a stretch at a time, right before they are sent: what they are copied from
/// is then still in the core's cache. It makes rows several times as fast as two cores' worth of PostgreSQL takes them.
///
/// SAFETY: `@unchecked Sendable` since it is used on one loop's thread alone.
final class CopyLoad: @unchecked Sendable {
  /// Rows that are made at once: some 70 kB, a tenth of a millisecond.
  private static let rowsInStretch: Int64 = 256

  private let record: LoadRecord
  private let jobs: Int
  private let database: ConnectionSettings
  private let loop: Loop
  private let progress: RunProgress
  private var plan: LoadPlan
  /// Rows that were committed here.
  private(set) var committed: Int64 = 0

  init(
    _ record: LoadRecord, jobs: Int, chunk: Int64, _ database: ConnectionSettings, on loop: Loop,
    _ progress: RunProgress
  ) {
    self.record = record
    self.jobs = jobs
    self.database = database
    self.loop = loop
    self.progress = progress
    plan = LoadPlan(record.ids, finished: record.finished, jobs: jobs, limit: chunk)
  }

  /// Loads all; if one job fails, the others stop, and what they have not finished is not kept.
  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<jobs {
        group.addTask { try await self.runJob() }
      }
      // Not `waitForAll()`, which would let the others go on when one fails.
      while try await group.next() != nil {}
    }
  }

  private func runJob() async throws {
    guard var chunk = plan.next() else { return }
    let session = try await PostgresSession.connect(loop, database)
    defer { session.close() }
    try await LoadTarget.join(session)
    let seed = UInt64(bitPattern: record.request.seed)
    let encoder = RowEncoder(.copy, seed: seed)
    while true {
      try await load(chunk, encoder, through: session)
      guard let next = plan.next() else { return }
      chunk = next
    }
  }

  private func load(
    _ chunk: ClosedRange<Int64>, _ encoder: RowEncoder, through session: PostgresSession
  ) async throws {
    try await session.transaction {
      _ = try await session.copyIn(
        "COPY customers (\(PersonaSource.copyColumns)) FROM STDIN (FORMAT binary)"
      ) {
        try await self.send(chunk, encoder, to: &$0)
      }
      try await LoadRecords(session).add(chunk, to: record)
    }
    committed += chunk.upperBound - chunk.lowerBound + 1
  }

  private func send(
    _ ids: ClosedRange<Int64>, _ encoder: RowEncoder, to writer: inout CopyWriter
  ) async throws {
    var stretches = IDPlan(ids, size: Self.rowsInStretch)
    while let stretch = stretches.next() {
      encoder.encode(stretch, of: ids)
      try await writer.write(encoder.bytes)
      progress.add(rows: encoder.rows, bytes: encoder.bytes.count)
    }
  }
}
