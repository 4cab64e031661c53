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
      let importID: Int64
      switch try await place(in: target) {
      case .own(let number): importID = number
      case .others(let outcome): return .finish(outcome)
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
      if case .pause = action, let importID { try? await target?.note(failure.shown, in: importID) }
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

  private enum Place {
    /// The number of this import.
    case own(Int64)
    /// Another server was at one, and this is what it came to.
    case others(ImportOutcome)
  }

  /// Takes the lock. While another server has it, its import is waited for; should that server be gone, this one takes
  /// over.
  private func place(in target: ImportTarget) async throws -> Place {
    var watched: Int64?
    // Asked for in every attempt: whoever lost his session has lost the lock with it.
    while true {
      if watched != nil, let report = try await target.last(), !report.isRunning {
        // Whoever took over has ended our record, if we had one.
        importID = nil
        return .others(report.outcome)
      }
      if try await target.lock() { break }
      // One that has ended may have its lock for a moment longer, and is not what was asked for.
      if let report = try await target.last(), report.isRunning { watched = report.importID }
      await brake.sleep(milliseconds: Self.lookInterval)
      if brake.isPulled { throw ODBCAbandoned() }
    }
    if let importID { return .own(importID) }
    let importID = try await target.begin()
    self.importID = importID
    return .own(importID)
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
    // What another server did is in its log.
    guard importID != nil else { return }
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
}
