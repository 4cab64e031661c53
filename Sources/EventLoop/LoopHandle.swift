internal import CLibUV

/// What all libuv handles share: memory, the way back from C to Swift, and the close.
///
/// The handle keeps its object alive until libuv has called the close callback, and only then frees the memory.
/// SAFETY: `@unchecked Sendable` in this class and its heirs since they are used on the thread of `loop` alone;
/// `assertCurrent()` says so at their doors.
public class LoopHandle: @unchecked Sendable {
  /// The loop that the handle lives on.
  public let loop: Loop
  let raw: UnsafeMutableRawPointer
  private var initialized = false
  /// True from the first ``close()`` on; events that come later are ignored.
  public private(set) var isClosed = false

  init<Raw>(_ loop: Loop, _ type: Raw.Type) {
    self.loop = loop
    raw = .allocate(byteCount: MemoryLayout<Raw>.size, alignment: 16)
  }

  deinit {
    raw.deallocate()
  }

  func typed<Raw>(as type: Raw.Type) -> UnsafeMutablePointer<Raw> {
    raw.assumingMemoryBound(to: type)
  }

  /// To be called after the `uv_…_init` of the handle has succeeded.
  func didInitialize() {
    initialized = true
    // SAFETY: balanced in the close callback, the last that libuv calls for a handle.
    loop_set_data(raw, Unmanaged.passRetained(self).toOpaque())
  }

  /// Ends the handle. More than one call is fine.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    willClose()
    guard initialized else { return }
    uv_close(loop_as_handle(raw)) { handle in
      guard let data = loop_data(handle) else { return }
      // SAFETY: takes back the reference of `didInitialize`.
      let object = Unmanaged<LoopHandle>.fromOpaque(data).takeRetainedValue()
      object.loop.turn { object.didClose() }
    }
  }

  /// For heirs: what to let go of before the handle closes.
  func willClose() {}
  /// For heirs: the handle is gone.
  func didClose() {}

  /// The object behind a handle that C hands back; `type` is what the handle was made by.
  @inline(__always)
  static func from<Object: LoopHandle>(_ handle: UnsafeRawPointer?, as type: Object.Type) -> Object? {
    guard let handle, let data = loop_data(handle) else { return nil }
    // SAFETY: `didInitialize` stored a retained reference, which lives until the close callback.
    return Unmanaged<Object>.fromOpaque(data).takeUnretainedValue()
  }
}

/// Wakes the loop from other threads.
///
/// SAFETY: `@unchecked Sendable` as LoopHandle; `uv_async_send` may be called from any thread.
final class LoopWake: LoopHandle, @unchecked Sendable {
  init(_ loop: Loop) throws(UVError) {
    super.init(loop, uv_async_t.self)
    try check(
      uv_async_init(loop.uv, typed(as: uv_async_t.self)) { handle in
        guard let loop = LoopHandle.from(handle, as: LoopWake.self)?.loop else { return }
        loop.turn { loop.takeInbox() }
      }, "uv_async_init")
    didInitialize()
  }

  func send() {
    uv_async_send(typed(as: uv_async_t.self))
  }
}

/// Calls `Loop.endTurn` when the events of a turn have been handled.
final class LoopCheck: LoopHandle, @unchecked Sendable {  // SAFETY: as LoopHandle.
  init(_ loop: Loop) throws(UVError) {
    super.init(loop, uv_check_t.self)
    let handle = typed(as: uv_check_t.self)
    try check(uv_check_init(loop.uv, handle), "uv_check_init")
    didInitialize()
    try check(
      uv_check_start(handle) { LoopHandle.from($0, as: LoopCheck.self)?.loop.endTurn() }, "uv_check_start")
  }
}

/// Calls `Loop.endTurn` before the loop waits, for what timers and close callbacks began after the check.
final class LoopPrepare: LoopHandle, @unchecked Sendable {  // SAFETY: as LoopHandle.
  init(_ loop: Loop) throws(UVError) {
    super.init(loop, uv_prepare_t.self)
    let handle = typed(as: uv_prepare_t.self)
    try check(uv_prepare_init(loop.uv, handle), "uv_prepare_init")
    didInitialize()
    try check(
      uv_prepare_start(handle) { LoopHandle.from($0, as: LoopPrepare.self)?.loop.endTurn() },
      "uv_prepare_start")
  }
}
