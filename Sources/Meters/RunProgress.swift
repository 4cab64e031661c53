public import EventLoop
import Progress

/// What a run has done so far, and the line that shows it.
///
/// SAFETY: `@unchecked Sendable` since it is used on one loop's thread alone.
public final class RunProgress: @unchecked Sendable {
  private let loop: Loop
  private let total: Int64?
  private let program: String
  private let display: ProgressDisplay
  /// True once rows of earlier runs are known.
  private var hasBegun = false
  private var rows = 0
  private var bytes = 0
  private var timer: LoopTimer?

  /// Shows the way to `total` rows, where that is known. `program` is whose lines they are.
  public init(_ loop: Loop, total: Int64?, program: String) {
    self.loop = loop
    self.program = program
    self.total = total
    display = ProgressDisplay(ProgressMeter(total: total.map { Int($0) }, showsBytes: true, now: loop.now))
    timer = LoopTimer(loop) { [weak self] in self?.show() }
    timer?.start(after: 100, every: 100)
  }

  /// Takes in that so much more was written or sent.
  public func add(rows: Int, bytes: Int) {
    self.rows += rows
    self.bytes += bytes
  }

  /// Takes in which part is done, 0 to 1, where nobody knows how many rows there are.
  public func set(fraction: Double) { display.meter.fraction = fraction }

  /// Takes in that the load goes on from so many rows: those of earlier runs or, later, what an outage has left.
  public func goOn(from done: Int64) {
    rows = Int(done)
    guard !hasBegun else { return }
    hasBegun = true
    if done > 0 {
      display.meter = ProgressMeter(
        total: total.map { Int($0) }, doneBefore: rows, showsBytes: true, now: loop.now)
    }
  }

  /// Prints a line of its own.
  public func say(_ line: String) { display.say("\(program): \(line)") }

  /// Ends the drawing.
  public func end() {
    timer?.close()
    timer = nil
    display.clear()
  }

  /// Ends the drawing with a summary, which begins with `outcome`.
  public func finish(_ outcome: String) {
    show()
    end()
    display.finish(outcome, now: loop.now)
  }

  private func show() { display.update(done: rows, bytes: bytes, now: loop.now) }
}
