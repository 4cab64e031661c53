import Bytes
import Customers
import EventLoop
import HTTP
import Intake
import Postgres

/// One import, from the first byte of its file to its commit.
///
/// Rows go into a table of the session's own as they come, and from there into `customers` in one statement, when the
/// file has come to its end. So a client that is slow, or goes away, holds no row and no lock that others could meet, and
/// leaves nothing behind.
///
/// SAFETY: `@unchecked Sendable` since it is used on one loop's thread alone.
final class FileImportRun: @unchecked Sendable {
  private let loop: Loop
  private let database: ConnectionSettings
  private let onError: FileImportArguments.OnError
  private var upload: FileImportUpload
  private var intake: Intake
  /// Rows on their way, as COPY wants them.
  private var rows = ByteBuffer(capacity: 256 * 1024)
  private var ids = GivenIDs()
  private var isComplete = false
  private(set) var report = FileImportReport()

  /// Milliseconds after which a COPY is ended and the next one begun, so that an upload of hours is no transaction of
  /// hours, for whose sake PostgreSQL would keep every row that was deleted since.
  private static let copyTime: UInt64 = 5000
  /// Imports from so many rows on are made known to the planner.
  private static let largeImport = 10_000
  private static let mergeAttempts = 3

  init(
    _ loop: Loop, _ database: ConnectionSettings, _ arguments: FileImportArguments,
    _ body: consuming RequestBody,
    limit: Int
  ) {
    self.loop = loop
    self.database = database.withDefault("application_name", "roster import")
    onError = arguments.onError
    upload = FileImportUpload(loop, body, limit: limit, isGzip: arguments.isGzip)
    intake = Intake(arguments.format)
  }

  /// True if nothing of the file is taken.
  var hasFailed: Bool { report.failure != nil || (onError == .abort && report.rejected > 0) }

  /// Imports the file; ``report`` says what came of it. Throws what has nothing to do with what is in the file.
  func run() async throws {
    let session = try await PostgresSession.connect(loop, database)
    defer { session.close() }
    try await session.run(script: FileImportQueries.begin)
    do {
      while !isComplete, !hasFailed { try await copy(through: session) }
      if hasFailed {
        session.close()
        return try await readRest()
      }
    } catch let failure as IntakeFailure {
      return report.fail(failure.fault)
    }
    if report.read > report.rejected { try await merge(through: session) }
  }

  // MARK: The file

  private func copy(through session: PostgresSession) async throws {
    _ = try await session.copyIn(FileImportQueries.copy) { writer in
      let began = loop.now
      rows.appendCopyHeader()
      repeat {
        try await takePiece()
        try await send(to: &writer)
      } while !isComplete && !hasFailed && loop.now - began < Self.copyTime
      rows.appendCopyTrailer()
      try await send(to: &writer)
    }
  }

  private func send(to writer: inout CopyWriter) async throws {
    // SAFETY: nobody else touches the buffer until the writer has taken it.
    try await writer.write(rows.withBytes { $0 })
    rows.removeAll(keepingAtMost: 1 << 20)
  }

  /// Takes the next piece of the file in; its rows are then in `rows`, or in the report.
  private func takePiece() async throws {
    if try await upload.next() {
      upload.piece.withBytes { intake.take($0) }
    } else {
      intake.finish()
      isComplete = true
    }
    while true {
      switch try intake.next() {
      case .row(let line):
        report.read += 1
        if hasFailed { continue }
        if case .integer(let id) = intake.row[.customerID] { ids.note(id) }
        rows.append(copyRow: intake.row, line: Int64(line))
      case .fault(let fault):
        report.read += 1
        report.reject(fault)
      case .more, .end: return
      }
    }
  }

  /// Nothing is taken any more, but one answer is to tell all that is wrong.
  private func readRest() async throws {
    while !isComplete, report.rejected < FileImportReport.mostBeforeGivingUp {
      rows.removeAll()
      try await takePiece()
    }
    report.isGivenUp = !isComplete
  }

  // MARK: The table

  private func merge(through session: PostgresSession) async throws {
    let merge = FileImportMerge(session: session, ids: ids, onError: onError)
    for attempt in 1...Self.mergeAttempts {
      do {
        let result = try await session.transaction { try await merge.run() }
        report.add(result.clashes)
        report.inserted = result.inserted
        // It is in by now, whatever comes of this.
        if result.inserted >= Self.largeImport { try? await session.run(script: FileImportQueries.analyze) }
        return
      } catch let clashes as Clashes {
        return report.add(clashes)
      } catch let error as PostgresError where error.state == .uniqueViolation {
        // Somebody wrote one of the ids between our look and our insert; the next look finds it.
        if attempt == Self.mergeAttempts { throw Self.contended }
      } catch let error as PostgresError where error.state == .lockNotAvailable {
        throw Self.locked
      }
    }
  }

  private static let contended = Problem.unavailable(
    "others write customers with the same ids at this moment; try again")
  private static let locked = Problem.unavailable(
    "the table of customers is locked at the moment, by a load that begins or a migration; try again",
    retryAfter: 5)
}
