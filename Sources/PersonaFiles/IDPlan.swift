/// Ids in pieces of one size, given out once each, in order.
///
/// It is a value: whoever works takes the next piece, so that a fast job takes more of them than a slow one.
public struct IDPlan: Sendable {
  /// All ids.
  public let ids: ClosedRange<Int64>
  /// Ids in a piece; the last may have fewer.
  public let size: Int64
  private var taken: Int64 = 0

  /// A plan for `ids`, in pieces of `size`.
  public init(_ ids: ClosedRange<Int64>, size: Int64) {
    precondition(size >= 1)
    self.ids = ids
    self.size = size
  }

  /// The next piece, nil when all were given out.
  public mutating func next() -> ClosedRange<Int64>? {
    let left = ids.upperBound - ids.lowerBound - taken
    guard left >= 0 else { return nil }
    let first = ids.lowerBound + taken
    let last = left < size ? ids.upperBound : first + (size - 1)
    // Beyond the last piece, without overflow where the last id is the highest of all.
    taken = left < size ? .max : taken + size
    return first...last
  }
}
