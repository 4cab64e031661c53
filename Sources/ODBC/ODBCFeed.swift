public import EventLoop

/// Runs what blocks on a thread of its own and hands what it makes to a loop: in order, and a bounded number ahead.
///
///     let feed = try ODBCFeed<Batch>(loop, ahead: 2, threads) { outlet in
///       let connection = try ODBCConnection(ODBCEnvironment(), string, patience: 30)
///       outlet.tick()
///       …
///       try outlet.put(batch)
///     }
///     while let batch = try await feed.next(within: 30_000) { … }
///
/// The thread waits when the loop is behind, the loop is never held up by the thread. Whoever waits has a clock of its
/// own: a thread that says nothing for too long is given up with ``abandon()``, and what it still makes goes nowhere.
///
/// SAFETY: `@unchecked Sendable` since what both sides touch is in the outlet, behind its lock; the rest is touched on the
/// loop alone.
public final class ODBCFeed<Item: Sendable>: @unchecked Sendable {
  private let loop: Loop
  private let outlet: ODBCOutlet<Item>
  /// The thread's; nil where there was none to be had.
  private var place: ODBCThreads.Place?
  private var waiter: UnsafeContinuation<Void, Never>?

  /// Starts the thread. The end of `body` is the end of the feed; what it throws comes out of ``next(within:)``.
  ///
  /// - Parameter ahead: items that may wait for the loop.
  public init(
    _ loop: Loop, ahead: Int, _ threads: ODBCThreads,
    _ body: @escaping @Sendable (ODBCOutlet<Item>) throws -> Void
  ) throws {
    self.loop = loop
    let outlet = ODBCOutlet<Item>(ahead: ahead)
    self.outlet = outlet
    outlet.onNews = { [weak self] in
      guard let self else { return }
      loop.execute { self.wake() }
    }
    place = try threads.start("odbc") { outlet.run(body) }
  }

  /// The next item, nil behind the last one.
  ///
  /// Throws ``ODBCSilence`` when the thread has made nothing and said nothing for `limit` milliseconds, ``ODBCAbandoned``
  /// when it was given up, what its body throws, and `CancellationError`.
  public func next(within limit: UInt64) async throws -> Item? {
    loop.assertCurrent()
    while true {
      switch outlet.take() {
      case .item(let item): return item
      case .end(let error):
        if let error { throw error }
        return nil
      case .abandoned: throw ODBCAbandoned()
      case .nothing(let quiet):
        guard quiet < limit else { throw ODBCSilence(milliseconds: limit) }
        try await wait(atMost: limit - quiet)
      }
    }
  }

  private func wait(atMost milliseconds: UInt64) async throws {
    let timer = LoopTimer(loop) { [weak self] in self?.wake() }
    defer { timer.close() }
    // One more, since a sign may be as late as the clock is coarse.
    timer.start(after: milliseconds + 1)
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        waiter = continuation
        // What came before this had nobody to wake.
        if Task.isCancelled || outlet.hasNews { wake() }
      }
    } onCancel: {
      loop.execute { self.wake() }
    }
    try Task.checkCancellation()
  }

  private func wake() {
    let waiting = waiter
    waiter = nil
    waiting?.resume()
  }

  /// Gives the thread up. It ends as soon as it is out of the driver, where it is told to stop what it does.
  /// Whoever waits for the next item gets ``ODBCAbandoned``.
  public func abandon() {
    endThread()
    wake()
  }

  private func endThread() {
    if let place { outlet.abandon(at: place) }
  }

  deinit { endThread() }
}

/// Nothing came for too long.
public struct ODBCSilence: Error, Sendable, Equatable, CustomStringConvertible {
  /// How long.
  public let milliseconds: UInt64

  /// One line.
  public var description: String { "nothing came for \(milliseconds) ms" }
}

/// The loop is not interested any more.
public struct ODBCAbandoned: Error, Sendable, Equatable {
  /// To be thrown by whoever gives up.
  public init() {}
}
