internal import CLibUV

/// Watches a descriptor that belongs to another library.
///
/// Stop or close the poll before the descriptor closes, and never make two for one descriptor. After an event
/// with an error no more events come: the owner must give its connection up.
public final class Poll: LoopHandle, @unchecked Sendable {  // SAFETY: as LoopHandle.
  /// What to wait for, and what came.
  public struct Events: OptionSet, Sendable {
    /// The bits as libuv has them.
    public let rawValue: Int32
    /// A set from libuv's bits.
    public init(rawValue: Int32) { self.rawValue = rawValue }
    /// There is something to read, or the end.
    public static let readable = Events(rawValue: Int32(UV_READABLE.rawValue))
    /// There is room to write.
    public static let writable = Events(rawValue: Int32(UV_WRITABLE.rawValue))
  }

  private let onEvent: (Result<Events, UVError>) -> Void
  private var watching: Events = []

  /// A poll of `descriptor`, at rest.
  public init(
    _ loop: Loop, descriptor: Int32, onEvent: @escaping (Result<Events, UVError>) -> Void
  ) throws(UVError) {
    self.onEvent = onEvent
    super.init(loop, uv_poll_t.self)
    try check(uv_poll_init(loop.uv, typed(as: uv_poll_t.self), descriptor), "uv_poll_init")
    didInitialize()
  }

  /// Watches for `events`; an empty set rests. Cheap when nothing changes.
  public func watch(_ events: Events) throws(UVError) {
    loop.assertCurrent()
    guard !isClosed, events != watching else { return }
    let handle = typed(as: uv_poll_t.self)
    if events.isEmpty {
      try check(uv_poll_stop(handle), "uv_poll_stop")
      watching = events
      return
    }
    try check(
      uv_poll_start(handle, events.rawValue) { handle, status, events in
        guard let poll = LoopHandle.from(handle, as: Poll.self), !poll.isClosed else { return }
        poll.loop.turn {
          if status < 0 {
            poll.onEvent(.failure(UVError(code: status)))
          } else {
            poll.onEvent(.success(Events(rawValue: events)))
          }
        }
      }, "uv_poll_start")
    watching = events
  }
}
