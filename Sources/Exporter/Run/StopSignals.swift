import EventLoop
import Glibc

/// SIGINT and SIGTERM: the first one asks the export to stop, a second one ends the process at once, which does the
/// file no harm either.
/// SAFETY: `@unchecked Sendable` since it is used on the loop's thread alone.
final class StopSignals: @unchecked Sendable {
  /// Gives the first signal.
  let signals: AsyncStream<Int32>
  private let continuation: AsyncStream<Int32>.Continuation
  private var sources: [SignalSource] = []
  private var hasCome = false

  init(_ loop: Loop) {
    (signals, continuation) = AsyncStream.makeStream()
    let numbers = [SIGINT, SIGTERM]
    // A parent that blocks signals in its threads leaves them blocked in its children.
    var wanted = sigset_t()
    sigemptyset(&wanted)
    for number in numbers { sigaddset(&wanted, number) }
    pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    for number in numbers {
      // SAFETY (unowned): `close` ends the sources before this object goes. Without a source the signal ends the
      // process by its default, which is the second-best thing.
      let source = try? SignalSource(loop, number) { [unowned self] in take(number) }
      if let source { sources.append(source) }
    }
  }

  private func take(_ number: Int32) {
    if hasCome { _exit(128 + number) }
    hasCome = true
    continuation.yield(number)
  }

  func close() {
    for source in sources { source.close() }
    sources = []
    continuation.finish()
  }
}
