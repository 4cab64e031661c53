import EventLoop
import ODBC
import Postgres

/// One import from its beginning to its outcome, on one loop. What it does next says its course; this does it.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of its loop alone.
final class ImportRun: @unchecked Sendable {
  private let loop: Loop
  private let settings: SourceSettings
  private let database: ConnectionSettings
  private let threads: ODBCThreads
  private let observe: @Sendable (Observation) -> Void
  private let brake: ImportBrake
  private var course: ImportCourse
  private var target: ImportTarget?
  private var importID: Int64?

  /// Batches that may wait for the database: one is merged while the next one is read.
  private static let ahead = 2
  /// Milliseconds between two looks at an import that another server runs.
  private static let lookInterval: UInt64 = 300

  init(
    _ loop: Loop, _ settings: SourceSettings, _ database: ConnectionSettings, _ threads: ODBCThreads,
    observe: @escaping @Sendable (Observation) -> Void
  ) {
    self.loop = loop
    self.settings = settings
    self.database = database
    self.threads = threads
    self.observe = observe
    brake = ImportBrake(loop)
    course = ImportCourse(repeats: settings.repeats, pause: settings.pause)
  }

  /// Stops it: what is being merged is finished, nothing more is begun.
  func stop() { brake.pull() }

  /// Ends the connection to the database, whatever it is at.
  func cut() { target?.close() }

  /// Runs it.
  func outcome() async -> ImportOutcome {
    var action = course.take(.begin)
    while true {
      if brake.isPulled { action = course.take(.stop) }
      switch action {
      case .attempt(let number): action = await attempt(number)
      case .pause(let milliseconds):
        await brake.sleep(milliseconds: milliseconds)
        action = course.take(.pauseOver)
      case .proceed: action = course.take(.ended)
      case .finish(let outcome):
        await end(outcome)
        return outcome
      }
    }
  }

  private func attempt(_ number: Int) async -> ImportCourse.Action {
    do {
      let target = try await openTarget()
      guard let importID = try await place(in: target) else {
        return .finish(try await othersOutcome(target))
      }
      if number == 1 { observe(.importStarted(importID)) }
      try await target.beginAttempt(number, of: importID, course.counts)
      try await read(into: target, importID)
      return course.take(.ended)
    } catch is ODBCAbandoned {
      return course.take(.stop)
    } catch {
      let failure = ImportFailure(error)
      observe(.importAttemptFailed(number, failure.description))
      if failure.kind == .databaseAway { closeTarget() }
      let action = course.take(.failed(failure))
      if case .pause = action, let importID { try? await target?.note(failure.description, in: importID) }
      return action
    }
  }

  /// The session of the attempt before, if that did not lose it.
  private func openTarget() async throws -> ImportTarget {
    if let target { return target }
    let target = try await ImportTarget.connect(loop, database, settings.mapping.fields)
    self.target = target
    return target
  }

  /// The number of this import; nil if another server is at one.
  private func place(in target: ImportTarget) async throws -> Int64? {
    // Asked again for every attempt: whoever lost his session has lost the lock with it.
    guard try await target.lock() else { return nil }
    if let importID { return importID }
    let importID = try await target.begin()
    self.importID = importID
    return importID
  }

  private func read(into target: ImportTarget, _ importID: Int64) async throws {
    let reader = SourceReader(settings: settings)
    let feed = try ODBCFeed<StagedBatch>(loop, ahead: Self.ahead, threads) { try reader.read(into: $0) }
    defer {
      feed.abandon()
      brake.guards(nil)
    }
    brake.guards(feed)
    while let batch = try await feed.next(within: settings.timeout) {
      let merged = try await target.merge(batch, into: importID) { [course] counts in
        var ahead = course
        _ = ahead.take(.merged(counts))
        return (ahead.attempt, ahead.counts)
      }
      _ = course.take(.merged(merged))
      if brake.isPulled { throw ODBCAbandoned() }
    }
  }

  // MARK: The end

  private func end(_ outcome: ImportOutcome) async {
    if let target, let importID {
      // If that does not succeed, the next import will find it unfinished and say so.
      try? await target.end(importID, outcome)
    }
    closeTarget()
    switch outcome {
    case .finished(let counts): observe(.importFinished(importID ?? 0, counts))
    case .failed(let failure, _): observe(.importFailed(importID ?? 0, failure.description))
    case .stopped: observe(.importStopped(importID ?? 0))
    }
  }

  private func closeTarget() {
    target?.close()
    target = nil
  }

  /// Waits for the import of another server and gives what it came to. Should that server be gone, this one takes over.
  private func othersOutcome(_ target: ImportTarget) async throws -> ImportOutcome {
    while true {
      await brake.sleep(milliseconds: Self.lookInterval)
      if brake.isPulled { throw ODBCAbandoned() }
      guard let report = try await target.last() else { continue }
      if !report.isRunning { return report.outcome }
      if try await target.lock() {
        throw ImportFailure(.databaseAway, "the server that ran the import is gone")
      }
    }
  }
}
