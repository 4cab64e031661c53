internal import Glibc

/// Shows a meter: a line that is drawn over itself on a terminal, at most ten times a second, and one line at
/// the end in either case.
///
/// It belongs to one thread. A terminal that does not take output at the moment (Ctrl-S) is left out instead
/// of waited for.
public final class ProgressDisplay {
  /// What is shown; set `total` or `fraction` here when they become known.
  public var meter: ProgressMeter
  private let width: () -> Int?
  private let write: (String, _ patience: Int32) -> Void
  private var drawnAt: UInt64?

  /// Shows `meter` on a descriptor, standard error unless told otherwise. Where `isDrawn` is false, or the
  /// descriptor is no terminal that can move its cursor, only the line at the end comes out.
  public convenience init(_ meter: ProgressMeter, descriptor: Int32 = 2, isDrawn: Bool = true) {
    let terminal = Terminal(descriptor: descriptor)
    let isDrawn = isDrawn && terminal.canRedraw
    self.init(meter, width: { isDrawn ? terminal.width : nil }, write: { terminal.write($0, patience: $1) })
  }

  /// Shows `meter` through `write`; `width` is nil where there is no terminal.
  init(_ meter: ProgressMeter, width: @escaping () -> Int?, write: @escaping (String, Int32) -> Void) {
    self.meter = meter
    self.width = width
    self.write = write
  }

  /// Takes in what is done by `now`, and draws if the last drawing is a tenth of a second old. Call it after
  /// each batch, and from a timer so that a standstill shows.
  public func update(done: Int, bytes: Int = 0, now: UInt64) {
    meter.record(done: done, bytes: bytes, now: now)
    if let drawnAt, now < drawnAt + 100 { return }
    guard let columns = width() else { return }
    drawnAt = now
    // The last column stays free: a cursor behind it would wrap.
    write("\r\(meter.line(width: columns - 1, now: now))\u{1B}[K", 0)
  }

  /// Prints a line of its own, above the drawing if there is one.
  public func say(_ line: String) {
    clear()
    write("\(line)\n", 1000)
  }

  /// Clears the drawing and prints the summary, with `outcome` in front: `exported 1,000 rows in …`.
  public func finish(_ outcome: String, now: UInt64) {
    say("\(outcome) \(meter.summary(now: now))")
  }

  /// Takes the drawing away; the next update draws it again.
  public func clear() {
    if drawnAt != nil, width() != nil { write("\r\u{1B}[K", 0) }
    drawnAt = nil
  }
}
