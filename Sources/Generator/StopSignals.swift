import EventLoop
import Glibc

/// A run that was ended by a signal.
struct Stopped: Error, CustomStringConvertible {
  let signal: String
  var description: String { "stopped by \(signal)" }
}

/// Lets SIGINT and SIGTERM end a run in good order; the second one ends the process at once.
///
/// SAFETY: `@unchecked Sendable` since it is used on one loop's thread alone.
final class StopSignals: @unchecked Sendable {
  private let loop: Loop
  private var received: String?
  private var waiting: CheckedContinuation<Void, any Error>?

  init(_ loop: Loop) { self.loop = loop }

  /// Runs `body`; when a signal comes it is canceled and waited for, and `Stopped` is thrown.
  func guarding(_ body: @escaping @Sendable () async throws -> Void) async throws {
    let sources = try [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM")].map { number, name in
      try SignalSource(loop, number) { [weak self] in self?.take(number, name) }
    }
    defer { for source in sources { source.close() } }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await self.wait() }
      group.addTask(operation: body)
      try await group.next()
      group.cancelAll()
    }
  }

  private func take(_ number: Int32, _ name: String) {
    if received != nil { _exit(128 + number) }
    received = name
    resume(throwing: Stopped(signal: name))
  }

  /// Throws `Stopped` when a signal comes, or `CancellationError` when nobody waits for one any more.
  private func wait() async throws {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        waiting = continuation
        if let received { resume(throwing: Stopped(signal: received)) }
        if Task.isCancelled { resume(throwing: CancellationError()) }
      }
    } onCancel: {
      loop.execute { self.resume(throwing: CancellationError()) }
    }
  }

  private func resume(throwing error: any Error) {
    waiting?.resume(throwing: error)
    waiting = nil
  }
}
