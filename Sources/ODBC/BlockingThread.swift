internal import CODBC
internal import Glibc

/// How many threads may be inside of drivers at once, those that were given up included.
///
/// A call into a driver cannot be ended from outside for certain: a thread that hangs in one is left behind. It ends when
/// the driver's own time limit comes, or never; so that they do not become ever more, this counts them.
///
/// SAFETY: `@unchecked Sendable` since `count` is only touched with the lock held.
public final class ODBCThreads: @unchecked Sendable {
  private let lock = ThreadLock()
  private let limit: Int
  private var count = 0

  /// At most `limit` of them.
  public init(limit: Int) { self.limit = limit }

  /// Threads that have not ended.
  public var running: Int { lock.withLock { count } }

  /// Runs `body` on a thread of its own.
  func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(ODBCThreadsError) {
    let isFree = lock.withLock {
      guard count < limit else { return false }
      count += 1
      return true
    }
    guard isFree else { throw .tooMany(limit) }
    let hasStarted = startThread(name) { [self] in
      body()
      lock.withLock { count -= 1 }
    }
    if !hasStarted {
      lock.withLock { count -= 1 }
      throw .noThread
    }
  }
}

/// Why there is no thread.
public enum ODBCThreadsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// So many hang in drivers already.
  case tooMany(Int)
  /// The system has none left.
  case noThread

  /// One line.
  public var description: String {
    switch self {
    case .tooMany(let count):
      "\(count) threads still wait for a data source that does not answer; try again when they have given up"
    case .noThread: "the system would not start a thread"
    }
  }
}

/// A lock of pthreads with a condition: the thread sanitizer sees those, and it does not see `Mutex`.
///
/// SAFETY: `@unchecked Sendable` since both are made to be shared and live as long as the object.
final class ThreadLock: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    mutex.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Waits for ``signal()``; to be called with the lock held, which is free meanwhile.
  func wait() { pthread_cond_wait(condition, mutex) }

  func signal() { pthread_cond_broadcast(condition) }
}

private final class ThreadBody {
  let name: String
  let run: @Sendable () -> Void

  init(_ name: String, _ run: @escaping @Sendable () -> Void) {
    self.name = name
    self.run = run
  }
}

/// Starts a thread that nobody waits for; false if the system has none left.
func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  var all = sigset_t()
  var before = sigset_t()
  // Signals are for the loops; in a driver they would only break off system calls.
  sigfillset(&all)
  pthread_sigmask(SIG_BLOCK, &all, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  var thread = pthread_t()
  // SAFETY: the reference is taken back once, by the new thread, or below where there is none.
  let start = Unmanaged.passRetained(ThreadBody(name, body))
  let failed = pthread_create(
    &thread, &attributes,
    { context in
      guard let context else { return nil }
      let start = Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue()
      odbc_name_thread(start.name)
      start.run()
      return nil
    }, start.toOpaque())
  if failed != 0 { start.release() }
  return failed == 0
}
