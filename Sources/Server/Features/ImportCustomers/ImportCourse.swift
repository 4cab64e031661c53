/// The course of an import from its first attempt to its outcome: what happened goes in, what is to be done comes out. A
/// value without a clock, a database or a source.
///
/// Every batch is committed by itself, and a further attempt begins at the first row again. What an earlier attempt has
/// written comes back then as rows that change nothing; so that the counts of the whole still add up, rows and rejections
/// are those of the last attempt, while what was written counts for all of them.
struct ImportCourse: Equatable, Sendable {
  enum Event: Equatable {
    case begin
    /// A batch was committed.
    case merged(ImportCounts)
    /// The source has no more rows.
    case ended
    case failed(ImportFailure)
    case pauseOver
    /// The program is to end.
    case stop
  }

  enum Action: Equatable {
    /// Begin at the first row, as the attempt of this number.
    case attempt(Int)
    /// Wait for so many milliseconds.
    case pause(UInt64)
    /// Go on with what is being done.
    case proceed
    /// It is over.
    case finish(ImportOutcome)
  }

  private enum State: Equatable {
    case waiting, reading, pausing
    case over(ImportOutcome)
  }

  private let repeats: Int
  private let pause: UInt64
  private var state = State.waiting
  private(set) var attempt = 0
  /// What earlier attempts have written.
  private var before = ImportCounts()
  private var present = ImportCounts()

  init(repeats: Int, pause: UInt64) {
    self.repeats = repeats
    self.pause = pause
  }

  /// What became of the rows so far.
  var counts: ImportCounts {
    var counts = present
    counts.inserted += before.inserted
    counts.updated += before.updated
    // Rows of this attempt that an earlier one has written are not read yet when it fails before it reaches them.
    counts.read = max(counts.read, counts.inserted + counts.updated + counts.rejected)
    return counts
  }

  /// Takes in what happened. What comes after the end changes nothing any more.
  mutating func take(_ event: Event) -> Action {
    switch (state, event) {
    case (.over(let outcome), _): return .finish(outcome)
    case (_, .stop): return finish(.stopped(counts))
    case (.waiting, .begin), (.pausing, .pauseOver):
      before.inserted += present.inserted
      before.updated += present.updated
      present = ImportCounts()
      attempt += 1
      state = .reading
      return .attempt(attempt)
    case (.reading, .merged(let batch)):
      present.add(batch)
      return .proceed
    case (.reading, .ended): return finish(.finished(counts))
    case (.reading, .failed(let failure)):
      guard failure.passes, attempt <= repeats else { return finish(.failed(failure, counts)) }
      state = .pausing
      return .pause(pause)
    default: return .proceed
    }
  }

  private mutating func finish(_ outcome: ImportOutcome) -> Action {
    state = .over(outcome)
    return .finish(outcome)
  }
}

/// How an import ended.
enum ImportOutcome: Equatable, Sendable {
  case finished(ImportCounts)
  case failed(ImportFailure, ImportCounts)
  /// The program ended meanwhile.
  case stopped(ImportCounts)
}
