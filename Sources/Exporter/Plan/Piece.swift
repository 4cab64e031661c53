/// A run of ids, `low < id <= high`, and what became of it.
struct Piece: Equatable {
  enum State: Equatable {
    /// Nothing was asked for it yet.
    case waiting
    /// A request is on its way.
    case asked(request: Int, records: Int)
    /// An empty page came, which says that nothing lies above its low end. Nothing that came says otherwise so far.
    case empty
    /// All of it is here, in so many rows.
    case fetched(request: Int, rows: Int)
    /// Its rows are on their way to the disk.
    case writing(rows: Int)
  }

  var low: Int64
  var high: Int64
  var state: State
  /// Empty pages that came for it.
  var emptyPages = 0

  /// The ids in it; 2^63 - 1 at most, which is more than any table holds.
  var width: Int64 {
    let (width, overflow) = high.subtractingReportingOverflow(low)
    return overflow ? .max : width
  }
}
