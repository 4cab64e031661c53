import EventLoop
import Progress

/// What a run has done so far, and the line that shows it.
///
/// SAFETY: `@unchecked Sendable` since it is used on one loop's thread alone.
final class RunProgress: @unchecked Sendable {
  private let loop: Loop
  private let total: Int64
  private let display: ProgressDisplay
  /// True once rows of earlier runs are known.
  private var hasBegun = false
  private var rows = 0
  private var bytes = 0
  private var timer: LoopTimer?

  /// Shows the way to `total` rows.
  init(_ loop: Loop, total: Int64) {
    self.loop = loop
    self.total = total
    display = ProgressDisplay(ProgressMeter(total: Int(total), showsBytes: true, now: loop.now))
    timer = LoopTimer(loop) { [weak self] in self?.show() }
    timer?.start(after: 100, every: 100)
  }

  /// Takes in that so much more was written or sent.
  func add(rows: Int, bytes: Int) {
    self.rows += rows
    self.bytes += bytes
  }

  /// Takes in that the load goes on from so many rows: those of earlier runs or, later, what an outage has left.
  func goOn(from done: Int64) {
    rows = Int(done)
    guard !hasBegun else { return }
    hasBegun = true
    if done > 0 {
      display.meter = ProgressMeter(total: Int(total), doneBefore: rows, showsBytes: true, now: loop.now)
    }
  }

  /// Prints a line of its own.
  func say(_ line: String) { display.say("generator: \(line)") }

  /// Ends the drawing.
  func end() {
    timer?.close()
    timer = nil
    display.clear()
  }

  /// Ends the drawing with a summary.
  func finish() {
    show()
    end()
    display.finish("generated", now: loop.now)
  }

  private func show() { display.update(done: rows, bytes: bytes, now: loop.now) }
}
