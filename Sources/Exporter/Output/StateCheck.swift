/// Compares what is read of an unfinished file with what its state tells of.
struct StateCheck: Equatable {
  private let saved: ExportProgress
  /// What was saved was found, exactly so.
  private(set) var isPassed: Bool

  init(_ saved: ExportProgress) {
    self.saved = saved
    isPassed = saved.bytes == 0
  }

  /// Takes in that so much was read by now.
  mutating func pass(_ progress: ExportProgress) {
    if progress.bytes == saved.bytes { isPassed = progress == saved }
  }
}
