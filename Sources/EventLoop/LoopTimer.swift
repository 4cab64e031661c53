internal import CLibUV

/// A timer of the loop, once or again and again.
public final class LoopTimer: LoopHandle, @unchecked Sendable {  // SAFETY: as LoopHandle.
  private let onFire: () -> Void

  /// A timer that calls `onFire` on the loop.
  public init(_ loop: Loop, onFire: @escaping () -> Void) {
    self.onFire = onFire
    super.init(loop, uv_timer_t.self)
    // `uv_timer_init` cannot fail: it fills in a struct.
    uv_timer_init(loop.uv, typed(as: uv_timer_t.self))
    didInitialize()
  }

  /// Fires after `delay` milliseconds, then every `interval` milliseconds if that is not 0. A running timer
  /// starts anew.
  public func start(after delay: UInt64, every interval: UInt64 = 0) {
    loop.assertCurrent()
    guard !isClosed else { return }
    uv_timer_start(
      typed(as: uv_timer_t.self),
      { handle in
        guard let timer = LoopHandle.from(handle, as: LoopTimer.self), !timer.isClosed else { return }
        timer.loop.turn { timer.onFire() }
      }, delay, interval)
  }

  /// Rests; ``start(after:every:)`` sets it going again.
  public func stop() {
    loop.assertCurrent()
    guard !isClosed else { return }
    uv_timer_stop(typed(as: uv_timer_t.self))
  }
}

extension Loop {
  /// Waits on the loop. Throws `CancellationError` as soon as the task is canceled.
  public func sleep(milliseconds: UInt64) async throws {
    let wait = Wait()
    let timer = LoopTimer(self) { wait.finish(nil) }
    defer { timer.close() }
    timer.start(after: milliseconds)
    try await wait.wait(on: self)
  }
}
