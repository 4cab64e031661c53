/// How many rows may come twice.
///
/// A request for a segment beyond the first one is a guess: if the ids are missing there, its rows belong to a
/// later segment, and come twice. So guesses are allowed only as far as the rows that have come allow for it: in
/// the end at most 1.4 times the rows that were written were received, and one window of requests more.
struct WasteBudget {
  /// Rows that were wanted.
  private(set) var accepted = 0
  /// Rows that were not.
  private(set) var wasted = 0

  mutating func add(accepted: Int, wasted: Int) {
    self.accepted += accepted
    self.wasted += wasted
  }

  /// Whether requests that could waste `risk` rows may be under way.
  ///
  /// While next to nothing was wasted the requests under way may grow with the rows that have come, so that the
  /// first few pages open the whole window.
  func allows(risk: Int) -> Bool {
    if wasted <= accepted / 8 && risk <= accepted * 2 { return true }
    return wasted + risk <= accepted / 5 * 2
  }
}
