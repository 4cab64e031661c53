internal import Glibc

/// What other threads leave for a loop.
///
/// Its lock is one of pthreads: the thread sanitizer sees those, and it does not see `Mutex`, which waits on a
/// futex inside the uninstrumented standard library.
///
/// SAFETY: `@unchecked Sendable` since `items` is only touched with the lock held.
final class Inbox<Item: Sendable>: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var items: [Item] = []

  init() {
    lock.initialize(to: pthread_mutex_t())
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  /// True if the inbox was empty, so that somebody has to wake the loop.
  func append(_ item: Item) -> Bool {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    items.append(item)
    return items.count == 1
  }

  /// Empties the inbox into `ready`.
  func move(to ready: inout [Item]) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    ready.append(contentsOf: items)
    items.removeAll(keepingCapacity: true)
  }
}
