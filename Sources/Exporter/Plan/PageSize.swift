/// How many records to ask for at once, so that the pages of all requests together stay within their memory.
struct PageSize {
  /// What was asked for on the command line.
  let most: Int
  /// The memory of one page.
  let bytes: Int
  private var bytesPerRow = 0.0

  init(most: Int, bytes: Int) {
    self.most = most
    self.bytes = bytes
  }

  /// Takes in a page. Large rows count at once, small ones slowly.
  mutating func learn(rows: Int, bytes: Int) {
    guard rows > 0 else { return }
    let sample = Double(bytes) / Double(rows)
    bytesPerRow = max(sample, bytesPerRow + (sample - bytesPerRow) / 4)
  }

  /// Takes in that a page of so many records was larger than its memory.
  mutating func learnTooLarge(records: Int) {
    bytesPerRow = max(bytesPerRow, Double(bytes) / Double(max(1, records / 4)))
  }

  /// A quarter is kept free, since rows differ.
  var records: Int {
    guard bytesPerRow > 0 else { return most }
    return min(most, max(1, Int(Double(bytes) * 0.75 / bytesPerRow)))
  }
}
