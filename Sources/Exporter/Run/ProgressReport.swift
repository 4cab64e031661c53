import EventLoop
import Progress

/// Keeps the progress line moving, also while nothing comes.
final class ProgressReport {
  var progress: ExportProgress
  private let loop: Loop
  private let display: ProgressDisplay
  private let start: ExportProgress
  private var timer: LoopTimer?

  init(_ loop: Loop, _ display: ProgressDisplay, from start: ExportProgress) {
    self.loop = loop
    self.display = display
    self.start = start
    progress = start
    // SAFETY (unowned): `close` ends the timer before this object goes.
    timer = LoopTimer(loop) { [unowned self] in draw() }
    timer?.start(after: 200, every: 200)
  }

  private func draw() {
    display.update(done: Int(progress.rows), bytes: Int(progress.bytes - start.bytes), now: loop.now)
  }

  /// Shows the last figures and stops.
  func close() {
    timer?.close()
    draw()
  }
}
