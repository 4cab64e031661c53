/// How many of the ids are present, as far as the pages show, and how wide a segment is that fills a page.
struct Density {
  /// Rows for each id, above 0 and at most 1.
  private(set) var value = 1.0
  private var isGuess = true

  /// How much a new page counts against all the pages before it.
  private static let weight = 0.25

  /// Takes in a page of `rows` rows with ids from `first` to `last`. A gap before the page says nothing about the
  /// rows behind it, and is left out.
  mutating func learn(rows: Int, first: Int64, last: Int64) {
    guard rows > 1 else { return }
    let (span, overflow) = last.subtractingReportingOverflow(first)
    let sample = min(1, Double(rows - 1) / (overflow ? Double(Int64.max) : Double(max(span, 1))))
    value = isGuess ? sample : value + (sample - value) * Self.weight
    isGuess = false
  }

  /// How many ids to cover with a request for `records` rows.
  ///
  /// Where no id is missing that is `records`, and no row comes twice. Elsewhere it is a little less than would
  /// fill the page on average, by two standard deviations: rows beyond the segment come once more with the next
  /// one, while rows that do not fit into the page cost another request.
  func width(records: Int) -> Int64 {
    let rows = Double(records)
    let margin = min(2 * (rows * (1 - value)).squareRoot(), rows / 4)
    let width = max(rows, (rows - margin) / value)
    return width < 0x1p62 ? Int64(width) : 1 << 62
  }

  /// How many rows to ask for, so that they most likely cover `width` ids.
  func records(width: Int64) -> Int {
    let rows = Double(width) * value
    let likely = rows + 2 * rows.squareRoot() + 1
    return likely < 0x1p31 ? Int(likely) : 1 << 31
  }
}
