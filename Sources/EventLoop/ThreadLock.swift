internal import Glibc

/// A lock with a condition.
///
/// Both are of pthreads: the thread sanitizer sees those, and it does not see `Mutex`, which waits on a futex inside the
/// uninstrumented standard library.
///
/// SAFETY: `@unchecked Sendable` since both are made to be shared and live as long as the object.
public final class ThreadLock: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// A lock that nobody holds.
  public init() {
    mutex.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    // The clock of `Loop.nanoseconds`.
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Waits for the lock and takes it.
  public func lock() { pthread_mutex_lock(mutex) }

  /// Gives it back.
  public func unlock() { pthread_mutex_unlock(mutex) }

  /// Runs `body` with the lock held.
  @inlinable
  public func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
    lock()
    defer { unlock() }
    return try body()
  }

  /// Waits for ``signal()``; to be called with the lock held, which is free meanwhile. May return without one.
  public func wait() { pthread_cond_wait(condition, mutex) }

  /// The same, until ``Loop/nanoseconds`` is `deadline` at the latest; false once it is.
  public func wait(until deadline: UInt64) -> Bool {
    var time = timespec(
      tv_sec: Int(clamping: deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
    return pthread_cond_timedwait(condition, mutex, &time) != ETIMEDOUT
  }

  /// Wakes all who wait.
  public func signal() { pthread_cond_broadcast(condition) }
}
