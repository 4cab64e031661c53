/// Decides where a consistent export ends: at an id below which no row that draws its id can still appear. A value: the
/// clock is the caller's.
///
/// It waits for what was drawn when it began, but not for ever: a transaction may stay open for hours. What is settled
/// by then is a point as good as any later one, only lower. Where nobody is waited for, rows have ids above the
/// sequence, which gives those below them out one day; no time settles them.
struct SettledEnd: Equatable {
  enum Step: Equatable {
    /// Ask once more, after a while.
    case ask
    /// The export ends with this id.
    case end(Int64)
    /// Nothing that can be told from what is in the file already is settled.
    case unsettled
  }

  /// The last id that is in the file; 0 for none.
  let after: Int64
  /// Milliseconds to wait for.
  let patience: UInt64
  private var began: UInt64?
  private var wanted: Int64 = 0

  init(after: Int64, patience: UInt64) {
    self.after = after
    self.patience = patience
  }

  /// Takes in an answer of the server.
  mutating func take(_ watermark: Watermark, at now: UInt64) -> Step {
    if began == nil { wanted = max(watermark.highest, after) }
    let began = began ?? now
    self.began = began
    if watermark.settled >= wanted { return .end(watermark.settled) }
    if watermark.isMoving, now < began + patience { return .ask }
    // Nothing settled is no end: the file would be empty, and say that the table is.
    return watermark.settled >= max(after, 1) ? .end(watermark.settled) : .unsettled
  }
}
