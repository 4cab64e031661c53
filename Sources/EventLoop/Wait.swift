/// A place where one task waits for a callback; whoever comes first resumes it, later calls do nothing.
/// SAFETY: `@unchecked Sendable` since it is used on one loop's thread alone.
final class Wait: @unchecked Sendable {
  private var continuation: UnsafeContinuation<Void, any Error>?

  /// Suspends until ``finish(_:)``; throws its error, or `CancellationError` as soon as the task is canceled.
  func wait(on loop: Loop) async throws {
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<Void, any Error>) in
        self.continuation = continuation
        // A task that was canceled before it came here has had its call already.
        if Task.isCancelled { finish(CancellationError()) }
      }
    } onCancel: {
      loop.execute { self.finish(CancellationError()) }
    }
  }

  /// Suspends until ``finish(_:)``, whatever becomes of the task: without the record that cancellation needs, a
  /// wait costs a fifth less, which is much for what happens twice a request.
  func waitUncanceled() async throws {
    try await withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<Void, any Error>) in
      self.continuation = continuation
    }
  }

  /// Resumes the task that waits, if one does.
  func finish(_ error: (any Error)?) {
    guard let waiting = continuation else { return }
    continuation = nil
    if let error {
      waiting.resume(throwing: error)
    } else {
      waiting.resume()
    }
  }
}
