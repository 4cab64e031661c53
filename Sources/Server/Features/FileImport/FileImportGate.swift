import HTTP
import Synchronization

/// Lets only so many imports in at once, over all loops: each has a connection to PostgreSQL of its own.
final class FileImportGate: Sendable {
  private let limit: Int
  private let running = Mutex(0)

  init(limit: Int) { self.limit = limit }

  /// Lets an import in, or throws the problem that says that there are enough. Pair it with ``leave()``.
  func enter() throws {
    let isIn = running.withLock { count in
      guard count < limit else { return false }
      count += 1
      return true
    }
    guard isIn else {
      throw Problem.unavailable(
        "\(limit) import\(limit == 1 ? " is" : "s are") running, which is the most; try again", retryAfter: 5)
    }
  }

  func leave() {
    running.withLock { $0 -= 1 }
  }
}
