internal import Glibc

/// SIGINT and SIGTERM: the first one is handed out, so that the program can end in good order; a second one ends the
/// process at once.
///
/// SAFETY: `@unchecked Sendable` since it is used on one loop's thread alone.
public final class StopSignals: @unchecked Sendable {
  /// Gives the number of the first signal.
  public let signals: AsyncStream<Int32>
  private let continuation: AsyncStream<Int32>.Continuation
  private var sources: [SignalSource] = []
  private var hasCome = false

  /// Begins to listen.
  public init(_ loop: Loop) throws(UVError) {
    (signals, continuation) = AsyncStream.makeStream()
    let numbers = [SIGINT, SIGTERM]
    // A parent that blocks signals in its threads leaves them blocked in its children.
    var wanted = sigset_t()
    sigemptyset(&wanted)
    for number in numbers { sigaddset(&wanted, number) }
    pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    for number in numbers {
      // SAFETY: `close` ends the sources before this object goes.
      sources.append(try SignalSource(loop, number) { [unowned self] in take(number) })
    }
  }

  private func take(_ number: Int32) {
    if hasCome { _exit(128 + number) }
    hasCome = true
    continuation.yield(number)
  }

  /// Waits for the first signal; nil when the task is canceled or the listening has ended.
  public func first() async -> Int32? {
    await signals.first { _ in true }
  }

  /// `SIGINT` or `SIGTERM`.
  public static func name(of number: Int32) -> String { number == SIGINT ? "SIGINT" : "SIGTERM" }

  /// Ends the listening.
  public func close() {
    for source in sources { source.close() }
    sources = []
    continuation.finish()
  }
}
