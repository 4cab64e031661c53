/// How far an output has come.
struct Written: Equatable, Sendable {
  /// The rows that were taken in.
  var taken = ExportProgress()
  /// Those of them that a later run finds on disk, even if this one is killed now.
  var kept = ExportProgress()

  init(taken: ExportProgress = ExportProgress(), kept: ExportProgress = ExportProgress()) {
    self.taken = taken
    self.kept = kept
  }

  /// All that was taken in is kept.
  init(_ progress: ExportProgress) { self.init(taken: progress, kept: progress) }
}

/// Where rows go. All calls block, so they belong on the thread pool; `write` and `finish` come one at a time.
protocol Output: AnyObject, Sendable {
  /// Whether a later run can go on where this one was stopped.
  var canGoOn: Bool { get }

  /// Takes in the rows that come next.
  func write(_ chunks: [Chunk]) throws(OutputError) -> Written

  /// Makes what is told by `kept`, and was written, safe against a power cut. May come during a write.
  func save(_ kept: ExportProgress) throws(OutputError)

  /// Ends it: all rows were written.
  func finish() throws(OutputError)

  /// Takes away what was begun, as if nothing had been.
  func discard()

  /// Lets another run have it. To be called when this one is done with it; the end of the process does it too.
  func release()

  /// Ends a write that waits for somebody else. May come from any thread.
  func interrupt()
}

extension Output {
  var canGoOn: Bool { true }
  func interrupt() {}
}

/// An output that is ready to be written to.
struct OpenedOutput: Sendable {
  let output: any Output
  /// What an earlier run left in it.
  let found: Written
}
