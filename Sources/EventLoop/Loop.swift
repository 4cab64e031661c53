internal import CLibUV
internal import Glibc
internal import Synchronization

/// A libuv loop on one thread that runs Swift tasks.
///
/// Everything that a loop owns (handles, connections, the tasks started with ``start(_:)``) stays on its thread
/// for life, so none of it needs a lock. Work comes in from other threads through ``execute(_:)`` and
/// ``run(_:)`` alone.
///
/// Jobs made ready by a libuv callback run before that callback returns; `uv_async_send` is only used to
/// wake the loop from another thread.
///
/// SAFETY: `@unchecked Sendable` since all mutable state but `thread` and `inbox` is touched on the loop's thread
/// alone, which `assertCurrent()` states at the doors; `thread` is atomic, `inbox` is behind a mutex.
public final class Loop: @unchecked Sendable {
  enum Work {
    case job(UnownedJob)
    case call(@Sendable () -> Void)
  }

  let uv: UnsafeMutablePointer<uv_loop_t>
  private var wake: LoopWake?
  private var turnHooks: [LoopHandle] = []
  /// The thread that turns the loop; 0 while none does, so that nobody takes himself for it.
  private let thread = Atomic<pthread_t>(0)
  private var depth = 0
  private var ready: [Work] = []
  private var batch: [Work] = []
  private let inbox = Inbox<Work>()
  private var turnEndCalls: [() -> Void] = []
  private var turnEndBatch: [() -> Void] = []
  private var stopping = false
  /// Names that are being looked up.
  var lookups: [Lookup.Name: Lookup] = [:]

  /// What the loop's streams read into before the bytes go to their owner; one for all, since a read and its
  /// callback follow each other at once.
  let slab = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 64)

  /// Bytes that the loop's TCP streams have read.
  public internal(set) var bytesReceived = 0
  /// Bytes that the loop's TCP streams were given to send.
  public internal(set) var bytesSent = 0

  private var meter: TurnMeter?

  /// The longest time in milliseconds that one turn took since the last reset: its callbacks, the jobs that they made
  /// ready, and what they left for its end.
  public var longestTurn: UInt64 { meter?.longest ?? 0 }

  /// The same without the time in which the thread was ready to run and had no processor.
  public var longestBlock: UInt64 { meter?.longestBlock ?? 0 }

  /// A loop for the calling thread. Use ``main(_:)`` or ``start(name:)``.
  init() throws(UVError) {
    uv = .allocate(capacity: 1)
    try check(uv_loop_init(uv), "uv_loop_init")
    wake = try LoopWake(self)
    turnHooks = [try LoopCheck(self), try LoopPrepare(self)]
  }

  deinit {
    slab.deallocate()
    uv.deallocate()
  }

  // MARK: Where am I

  /// True on the loop's own thread.
  public var isCurrent: Bool { thread.load(ordering: .relaxed) == pthread_self() }

  /// States that the caller is on the loop's thread.
  public func assertCurrent() {
    assert(isCurrent, "this must be called on the loop's own thread")
  }

  /// Milliseconds of a monotonic clock, read once per turn.
  public var now: UInt64 { uv_now(uv) }

  /// Nanoseconds of the same clock, read now.
  public static var nanoseconds: UInt64 { uv_hrtime() }

  // MARK: Work

  /// Runs `call` on the loop: at once when already there, else as soon as the loop wakes.
  public func execute(_ call: @escaping @Sendable () -> Void) {
    if isCurrent {
      turn(call)
    } else {
      post(.call(call))
    }
  }

  /// Calls `call` once, when the turn's callbacks have run and before the loop waits again.
  ///
  /// What one turn collected can so be sent in one system call.
  public func atEndOfTurn(_ call: @escaping () -> Void) {
    assertCurrent()
    turnEndCalls.append(call)
  }

  func post(_ work: Work) {
    if isCurrent {
      ready.append(work)
      if depth == 0 { wake?.send() }
    } else {
      // The loop is woken under the lock, since it would else be free to close the handle in between.
      inbox.append(work) { wake?.send() }
    }
  }

  /// Every libuv callback comes in here: its own work first, then the jobs that it made ready.
  @inline(__always)
  func turn(_ body: () -> Void) {
    depth += 1
    body()
    if depth == 1 { drain() }
    depth -= 1
  }

  private func drain() {
    while !ready.isEmpty {
      swap(&ready, &batch)
      for work in batch {
        switch work {
        case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
        case .call(let call): call()
        }
      }
      batch.removeAll(keepingCapacity: true)
    }
  }

  func takeInbox() {
    inbox.move(to: &ready)
  }

  func endTurn() {
    while !turnEndCalls.isEmpty {
      turn {
        // Two arrays that change places, so that no turn allocates.
        swap(&turnEndCalls, &turnEndBatch)
        for call in turnEndBatch { call() }
        turnEndBatch.removeAll(keepingCapacity: true)
      }
    }
    meter?.turnEnded(began: uv_now(uv), now: uv_hrtime())
  }

  /// Starts the measuring of ``longestTurn`` and ``longestBlock`` anew.
  public func resetLongestTurn() { meter?.reset() }

  // MARK: Life

  /// Takes the calling thread as the loop's own and turns until ``stop()``; then closes what is the loop's own.
  ///
  /// Returns the handles that somebody forgot to close, by type; empty when all is well. From then on nobody is on the
  /// loop, and what is posted to it is dropped.
  func runUntilStopped() -> [String] {
    thread.store(pthread_self(), ordering: .relaxed)
    meter = TurnMeter()
    turn { takeInbox() }
    endTurn()
    while !stopping {
      uv_run(uv, UV_RUN_DEFAULT)
    }
    inbox.close()
    wake?.close()
    for hook in turnHooks { hook.close() }
    // Close callbacks need turns; two are enough for what is closed already.
    for _ in 0..<4 { uv_run(uv, UV_RUN_NOWAIT) }
    let left = openHandles
    uv_loop_close(uv)
    wake = nil
    turnHooks = []
    meter = nil
    thread.store(0, ordering: .relaxed)
    return left
  }

  func finish() {
    stopping = true
    uv_stop(uv)
  }

  /// The types of the handles that are open, the loop's own two left out. For tests that count to zero.
  public var openHandles: [String] {
    let list = HandleList()
    withExtendedLifetime(list) {
      uv_walk(
        uv,
        { handle, context in
          guard let handle, let context, uv_is_closing(handle) == 0 else { return }
          // SAFETY: `list` outlives the walk, which is synchronous.
          let list = Unmanaged<HandleList>.fromOpaque(context).takeUnretainedValue()
          list.names.append(String(cString: uv_handle_type_name(uv_handle_get_type(handle))))
        }, Unmanaged.passUnretained(list).toOpaque())
    }
    return list.names.filter { $0 != "async" && $0 != "check" && $0 != "prepare" }
  }
}

private final class HandleList {
  var names: [String] = []
}
