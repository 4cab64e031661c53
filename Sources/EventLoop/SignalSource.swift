internal import CLibUV

/// Delivers a Unix signal on the loop.
public final class SignalSource: LoopHandle, @unchecked Sendable {  // SAFETY: as LoopHandle.
  private let onSignal: () -> Void

  /// Calls `onSignal` on the loop each time `number` comes.
  public init(_ loop: Loop, _ number: Int32, onSignal: @escaping () -> Void) throws(UVError) {
    self.onSignal = onSignal
    super.init(loop, uv_signal_t.self)
    let handle = typed(as: uv_signal_t.self)
    try check(uv_signal_init(loop.uv, handle), "uv_signal_init")
    didInitialize()
    let started = uv_signal_start(
      handle,
      { handle, _ in
        guard let source = LoopHandle.from(handle, as: SignalSource.self), !source.isClosed else { return }
        source.loop.turn { source.onSignal() }
      }, number)
    if started < 0 {
      // The handle is the loop's already.
      close()
      throw UVError(code: started, call: "uv_signal_start")
    }
  }
}
