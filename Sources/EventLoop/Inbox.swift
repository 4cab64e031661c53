internal import Glibc

/// What other threads leave for a loop.
///
/// Its lock is one of pthreads: the thread sanitizer sees those, and it does not see `Mutex`, which waits on a
/// futex inside the uninstrumented standard library.
///
/// SAFETY: `@unchecked Sendable` since `items` and `isOpen` are only touched with the lock held.
final class Inbox<Item: Sendable>: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var items: [Item] = []
  private var isOpen = true

  init() {
    lock.initialize(to: pthread_mutex_t())
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  /// Adds `item`; calls `wake` with the lock held if the inbox was empty. An item for a loop that has ended is
  /// dropped: nothing is left that could do it.
  func append(_ item: Item, wake: () -> Void) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    guard isOpen else { return }
    items.append(item)
    if items.count == 1 { wake() }
  }

  /// Empties the inbox into `ready`.
  func move(to ready: inout [Item]) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    ready.append(contentsOf: items)
    items.removeAll(keepingCapacity: true)
  }

  /// Nobody will look any more.
  func close() {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    isOpen = false
    items.removeAll()
  }
}
