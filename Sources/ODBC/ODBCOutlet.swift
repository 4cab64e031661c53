internal import EventLoop

/// The thread's end of an ``ODBCFeed``.
///
/// SAFETY: `@unchecked Sendable` since all that changes is only touched with the lock held, but for `onNews`, which is set
/// once before the thread starts.
public final class ODBCOutlet<Item: Sendable>: @unchecked Sendable {
  enum Taken {
    case item(Item)
    case end((any Error)?)
    case abandoned
    /// Nothing is there, and nothing was heard for so many milliseconds.
    case nothing(quiet: UInt64)
  }

  private let lock = ThreadLock()
  private let ahead: Int
  private var items: [Item] = []
  private var isOver = false
  private var failure: (any Error)?
  private var isAbandoned = false
  private var lastSign = Loop.nanoseconds
  /// What is told to stop when the loop gives up.
  private var statement: ODBCStatement?
  var onNews: () -> Void = {}

  init(ahead: Int) { self.ahead = max(1, ahead) }

  // MARK: The thread's side

  func run(_ body: (ODBCOutlet<Item>) throws -> Void) {
    var thrown: (any Error)?
    do { try body(self) } catch { thrown = error }
    lock.withLock {
      isOver = true
      failure = thrown
      statement = nil
    }
    onNews()
  }

  /// Says that the source is alive.
  public func tick() { lock.withLock { lastSign = Loop.nanoseconds } }

  /// Names the statement to be canceled if the loop gives up.
  public func guards(_ statement: ODBCStatement) throws(ODBCAbandoned) {
    let isLate = lock.withLock {
      self.statement = statement
      return isAbandoned
    }
    if isLate { throw ODBCAbandoned() }
  }

  /// Hands an item over; waits while too many lie there.
  public func put(_ item: Item) throws(ODBCAbandoned) {
    let isLate = lock.withLock {
      while items.count >= ahead, !isAbandoned { lock.wait() }
      guard !isAbandoned else { return true }
      items.append(item)
      lastSign = Loop.nanoseconds
      return false
    }
    if isLate { throw ODBCAbandoned() }
    onNews()
  }

  // MARK: The loop's side

  var hasNews: Bool { lock.withLock { !items.isEmpty || isOver || isAbandoned } }

  func take() -> Taken {
    lock.withLock {
      if isAbandoned { return .abandoned }
      if !items.isEmpty {
        let item = items.removeFirst()
        lock.signal()
        return .item(item)
      }
      if isOver { return .end(failure) }
      let now = Loop.nanoseconds
      return .nothing(quiet: now > lastSign ? (now - lastSign) / 1_000_000 : 0)
    }
  }

  func abandon(at place: ODBCThreads.Place) {
    let stopped: ODBCStatement? = lock.withLock {
      guard !isAbandoned, !isOver else { return nil }
      isAbandoned = true
      items = []
      lock.signal()
      defer { statement = nil }
      return statement
    }
    // It may wait for the data source to confirm; the loop must not.
    if let stopped { place.start("odbc cancel") { stopped.cancel() } }
  }
}
