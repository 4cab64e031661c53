internal import Glibc

/// A rate per second that follows what happens without jumping: an average in which what lies back counts
/// less and less.
public struct SmoothedRate: Sendable {
  /// After so many milliseconds a sample counts for a third.
  private let memory: Double
  private var weighted = 0.0
  private var weight = 0.0

  /// A rate with a memory of `memory` milliseconds.
  public init(memory: Int = 4000) {
    self.memory = Double(memory)
  }

  /// Takes in that `amount` came in the last `milliseconds` (more than 0).
  public mutating func add(_ amount: Double, milliseconds: Double) {
    let keep = exp(-milliseconds / memory)
    weighted = weighted * keep + amount / milliseconds * 1000 * (1 - keep)
    weight = weight * keep + (1 - keep)
  }

  /// The rate, nil before the first sample.
  public var perSecond: Double? { weight > 0 ? weighted / weight : nil }
}
