import EventLoop
import Progress

/// Keeps the progress line moving, also while nothing comes.
/// SAFETY: `@unchecked Sendable` since it is used on the loop's thread alone.
final class ProgressReport: @unchecked Sendable {
  var progress: ExportProgress
  /// The highest id, as far as it is known: with it the line can tell how much is done and when the rest will be.
  var lastID: Int64?
  private let loop: Loop
  private let display: ProgressDisplay
  private let start: ExportProgress
  private var timer: LoopTimer?

  init(_ loop: Loop, _ display: ProgressDisplay, from start: ExportProgress) {
    self.loop = loop
    self.display = display
    self.start = start
    progress = start
    // SAFETY: `close` ends the timer before this object goes.
    timer = LoopTimer(loop) { [unowned self] in draw() }
    timer?.start(after: 200, every: 200)
  }

  private func draw() {
    if let lastID, lastID > 0 {
      // Nearly all may be all, but the end is for the export to tell.
      display.meter.fraction = min(0.99, Double(progress.lastID) / Double(lastID))
    }
    display.update(done: Int(progress.rows), bytes: Int(progress.bytes - start.bytes), now: loop.now)
  }

  /// Shows the last figures and stops.
  func close() {
    timer?.close()
    draw()
  }
}
