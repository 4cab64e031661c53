/// Looks for the highest id by asking for single rows, to tell how much there is left: the contract has no count. A
/// value; some forty rows find the end of a million to within two percent.
struct EndSearch: Equatable {
  /// There is a row with this id, or it is where the search began.
  private(set) var low: Int64
  /// There was no row above this one; nil while that is unknown.
  private(set) var high: Int64?
  private var step: Int64

  init(after start: Int64) {
    low = start
    step = max(1000, start / 4)
  }

  /// What to ask next: the first row above this id. Nil when the end is known well enough.
  var question: Int64? {
    guard let high else {
      let (next, overflow) = low.addingReportingOverflow(step)
      return overflow ? (low == .max ? nil : .max - 1) : next
    }
    let unknown = high - low
    return unknown > max(1, low / 50) ? low + unknown / 2 : nil
  }

  /// Takes in the first row above `question`, nil if there is none.
  mutating func answer(_ question: Int64, _ id: Int64?) {
    guard let id else {
      high = max(question, low)
      return
    }
    low = max(low, id)
    let (doubled, overflow) = step.multipliedReportingOverflow(by: 2)
    step = overflow ? .max : doubled
    if let high, high < low { self.high = low }
  }
}
