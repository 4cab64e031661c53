import Synchronization

/// Counts observations by kind: a sink beside the log. They are rare, so a lock is cheap enough.
final class EventCounts: Sendable {
  private let counts = Mutex<[Observation.Kind: UInt64]>([:])

  func callAsFunction(_ observation: Observation) {
    counts.withLock { $0[observation.kind, default: 0] += 1 }
  }

  /// Every kind with how often it was seen, also where it never was; but for the lines that the log dropped, which have
  /// a metric of their own.
  var all: [(kind: Observation.Kind, count: UInt64)] {
    counts.withLock { counts in
      Observation.Kind.allCases.filter { $0 != .logLinesDropped }.map { ($0, counts[$0, default: 0]) }
    }
  }
}
