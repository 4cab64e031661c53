internal import EventLoop

/// How many threads may be inside of drivers at once, those that were given up included.
///
/// A call into a driver cannot be ended from outside for certain: a thread that hangs in one is left behind. It ends when
/// the driver's own time limit comes, or never; so that they do not become ever more, this counts them. To tell a thread
/// to stop may hang as well, and takes a second one: both have one place, which is free when both have ended.
///
/// SAFETY: `@unchecked Sendable` since all that changes is only touched with the lock held.
public final class ODBCThreads: @unchecked Sendable {
  /// What a thread has from its start to its end, and shares with the one that tells it to stop.
  ///
  /// SAFETY: `@unchecked Sendable` since `threads` is only touched with the lock of `all` held.
  final class Place: @unchecked Sendable {
    fileprivate let all: ODBCThreads
    fileprivate var threads = 1

    fileprivate init(_ all: ODBCThreads) { self.all = all }

    /// Runs `body` on a second thread, unless the first one has ended.
    func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
      if all.admit(to: self) { _ = all.run(name, in: self, body) }
    }
  }

  private let lock = ThreadLock()
  private let limit: Int
  private var taken = 0
  private var count = 0

  /// At most `limit` places, and so twice as many threads.
  public init(limit: Int) { self.limit = limit }

  /// Threads that have not ended.
  public var running: Int { lock.withLock { count } }

  /// Runs `body` on a thread of its own.
  func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(ODBCThreadsError) -> Place {
    let isFree = lock.withLock {
      guard taken < limit else { return false }
      taken += 1
      count += 1
      return true
    }
    guard isFree else { throw .tooMany(limit) }
    let place = Place(self)
    guard run(name, in: place, body) else { throw .noThread }
    return place
  }

  private func admit(to place: Place) -> Bool {
    lock.withLock {
      guard place.threads == 1 else { return false }
      place.threads += 1
      count += 1
      return true
    }
  }

  private func run(_ name: String, in place: Place, _ body: @escaping @Sendable () -> Void) -> Bool {
    let hasStarted = BlockingThread.start(name) { [self] in
      body()
      leave(place)
    }
    if !hasStarted { leave(place) }
    return hasStarted
  }

  private func leave(_ place: Place) {
    lock.withLock {
      count -= 1
      place.threads -= 1
      if place.threads == 0 { taken -= 1 }
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
