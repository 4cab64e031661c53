/// What other threads leave for a loop.
///
/// SAFETY: `@unchecked Sendable` since `items` and `isOpen` are only touched with the lock held.
final class Inbox<Item: Sendable>: @unchecked Sendable {
  private let lock = ThreadLock()
  private var items: [Item] = []
  private var isOpen = true

  /// Adds `item`; calls `wake` with the lock held if the inbox was empty. An item for a loop that has ended is
  /// dropped: nothing is left that could do it.
  func append(_ item: Item, wake: () -> Void) {
    lock.withLock {
      guard isOpen else { return }
      items.append(item)
      if items.count == 1 { wake() }
    }
  }

  /// Empties the inbox into `ready`.
  func move(to ready: inout [Item]) {
    lock.withLock {
      ready.append(contentsOf: items)
      items.removeAll(keepingCapacity: true)
    }
  }

  /// Nobody will look any more.
  func close() {
    lock.withLock {
      isOpen = false
      items.removeAll()
    }
  }
}
