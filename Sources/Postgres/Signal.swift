internal import EventLoop

/// A place where one task waits for one value; the first one counts, also one that comes before the wait.
/// SAFETY: `@unchecked Sendable` since it is used on one loop's thread alone.
final class Signal<Value: Sendable>: @unchecked Sendable {
  private var value: Value?
  private var continuation: UnsafeContinuation<Value?, Never>?

  /// Waits for the value. Throws `CancellationError` as soon as the task is canceled.
  func wait(on loop: Loop) async throws -> Value {
    if let value { return value }
    let value = await withTaskCancellationHandler {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<Value?, Never>) in
        self.continuation = continuation
        // A task that was canceled before it came here has had its call already.
        if Task.isCancelled { resume(nil) }
      }
    } onCancel: {
      loop.execute { self.resume(nil) }
    }
    guard let value else { throw CancellationError() }
    return value
  }

  /// Gives the value; later ones are ignored.
  func finish(_ value: Value) {
    guard self.value == nil else { return }
    self.value = value
    resume(value)
  }

  private func resume(_ value: Value?) {
    guard let waiting = continuation else { return }
    continuation = nil
    waiting.resume(returning: value)
  }
}
