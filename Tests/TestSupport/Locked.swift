import Foundation

/// A value behind a lock.
///
/// The lock is one that the thread sanitizer sees; it does not see `Mutex`, which waits on a futex inside the
/// uninstrumented standard library.
///
/// SAFETY: `@unchecked Sendable` since `value` is only touched with the lock held.
public final class Locked<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  /// A lock around `value`.
  public init(_ value: Value) { self.value = value }

  /// Runs `body` with the lock held.
  public func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }
}
