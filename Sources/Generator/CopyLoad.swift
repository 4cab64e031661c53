import EventLoop
import Personas
import Postgres

/// Loads rows through several COPYs at once, all on one loop.
///
/// A job takes a piece of the plan, sends it in one COPY (so in one transaction), and takes the next. While
/// one stretch of rows goes out, the thread pool makes the next one.
///
/// SAFETY: `@unchecked Sendable` since it is used on one loop's thread alone.
final class CopyLoad: @unchecked Sendable {
  /// Rows in one COPY, at most: some two hundred milliseconds of PostgreSQL's time.
  static let rowsInCopy: Int64 = 50_000

  private let settings: GeneratorSettings
  private let database: ConnectionSettings
  private let loop: Loop
  private let progress: RunProgress
  private var plan: IDPlan
  /// Rows that are committed.
  private(set) var loaded = 0

  init(
    _ settings: GeneratorSettings, _ ids: ClosedRange<Int64>, _ database: ConnectionSettings, on loop: Loop,
    _ progress: RunProgress
  ) {
    self.settings = settings
    self.database = database
    self.loop = loop
    self.progress = progress
    plan = IDPlan(ids, jobs: settings.jobs, limit: Self.rowsInCopy)
  }

  /// Loads all; if one job fails, the others stop, and what they have not finished is not kept.
  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<settings.jobs {
        group.addTask { try await self.runJob() }
      }
      // Not `waitForAll()`, which would let the others go on when one fails.
      while try await group.next() != nil {}
    }
  }

  private func runJob() async throws {
    guard var ids = plan.next() else { return }
    let session = try await PostgresSession.connect(loop, database)
    defer { session.close() }
    // A load may take longer than the role's limit for a query.
    try await session.run(script: "SET statement_timeout = 0")
    let encoders = [RowEncoder(.copy, seed: settings.seed), RowEncoder(.copy, seed: settings.seed)]
    while true {
      let stretch = ids
      let rows = try await session.copyIn(
        "COPY customers (\(PersonaSource.copyColumns)) FROM STDIN (FORMAT binary)"
      ) {
        try await self.send(stretch, encoders, to: &$0)
      }
      loaded += rows
      guard let next = plan.next() else { return }
      ids = next
    }
  }

  private func send(
    _ ids: ClosedRange<Int64>, _ encoders: [RowEncoder], to writer: inout CopyWriter
  ) async throws {
    var stretches = IDPlan(ids, size: RowEncoder.idsAtOnce)
    var (ready, free) = (encoders[0], encoders[1])
    guard let first = stretches.next() else { return }
    try await ready.encode(first, of: ids, on: loop)
    while let next = stretches.next() {
      let encoder = free
      async let encoded: Void = encoder.encode(next, of: ids, on: loop)
      try await write(ready, to: &writer)
      try await encoded
      swap(&ready, &free)
    }
    try await write(ready, to: &writer)
  }

  private func write(_ encoder: RowEncoder, to writer: inout CopyWriter) async throws {
    try await writer.write(encoder.bytes)
    progress.add(rows: encoder.rows, bytes: encoder.bytes.count)
  }
}
