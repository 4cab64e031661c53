/// What readers have not taken yet of their answers, over all connections of a loop.
///
/// Answers that need a key, and those that anybody gets, are counted apart: nobody without a key takes memory from those
/// who have one.
///
/// SAFETY: `@unchecked Sendable` since it is used on one loop's thread alone.
final class ReaderBudget: @unchecked Sendable {
  /// Who is answered.
  enum Readers {
    /// Whoever gets what needs a key.
    case keyed
    /// Whoever gets what anybody may have.
    case others
  }

  private let limit: Int
  private var keyed = 0
  private var others = 0

  /// A budget of `limit` bytes for those with a key, and of an eighth of that for all others.
  init(limit: Int) { self.limit = limit }

  /// Bytes that they have not taken yet.
  subscript(readers: Readers) -> Int {
    switch readers {
    case .keyed: keyed
    case .others: others
    }
  }

  func isExceeded(by readers: Readers) -> Bool {
    switch readers {
    case .keyed: keyed > limit
    case .others: others > limit / 8
    }
  }

  fileprivate func add(_ bytes: Int, of readers: Readers) {
    switch readers {
    case .keyed: keyed += bytes
    case .others: others += bytes
    }
  }
}

/// What one connection has part in. Its stream holds it too, since that may have bytes to account for when connection and
/// server are gone.
///
/// SAFETY: `@unchecked Sendable` since it is used on one loop's thread alone.
final class ReaderShare: @unchecked Sendable {
  private let budget: ReaderBudget
  /// Who reads the present answer. To be changed between two answers alone, when nothing of the last one is left.
  var readers = ReaderBudget.Readers.others

  init(_ budget: ReaderBudget) { self.budget = budget }

  var isOverBudget: Bool { budget.isExceeded(by: readers) }

  /// Counts `bytes` more as held; a negative number gives them back.
  func hold(_ bytes: Int) { budget.add(bytes, of: readers) }
}
