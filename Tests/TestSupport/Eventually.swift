public import EventLoop

/// What did not come true in time.
public struct NeverCame: Error, CustomStringConvertible {
  /// What was waited for.
  public let description: String
}

extension Loop {
  /// Turns until `condition` holds, and throws if it does not within a generous time.
  public func eventually(_ what: String, _ condition: () throws -> Bool) async throws {
    let end = Loop.nanoseconds + 20_000_000_000
    while try !condition() {
      if Loop.nanoseconds > end { throw NeverCame(description: what) }
      try await sleep(milliseconds: 1)
    }
  }
}
