internal import CLibUV
internal import Glibc
internal import Synchronization

extension Loop {
  /// How many cores this process may use.
  public static var availableParallelism: Int { Int(uv_available_parallelism()) }

  /// Runs a loop on the calling thread until `body` returns; what it returns is the program's exit status.
  public static func main(_ body: @escaping @Sendable (Loop) async -> Int32) -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    let status = Mutex<Int32>(1)
    do {
      let loop = try Loop()
      loop.start {
        let result = await body(loop)
        status.withLock { $0 = result }
        loop.finish()
      }
      _ = loop.runUntilStopped()
    } catch {
      complain("cannot start the event loop: \(error)")
    }
    return status.withLock { $0 }
  }

  /// Ends the process with that status, as `exit` does; where names are still being looked up, without waiting for them.
  ///
  /// libuv joins its thread pool on the way out of the process, and a look-up that has begun takes as long as the system's
  /// resolver has patience with a silent name server, though nobody waits for it any more.
  public static func exit(_ status: Int32) -> Never {
    guard Lookup.underWay.load(ordering: .relaxed) > 0 else { Glibc.exit(status) }
    fflush(nil)
    _exit(status)
  }

  /// Starts a loop on a thread of its own, called `name` (15 bytes at most are kept by the kernel).
  public static func start(name: String) throws(UVError) -> LoopThread {
    signal(SIGPIPE, SIG_IGN)
    return try LoopThread(loop: Loop(), name: name)
  }
}

/// A loop with its thread.
public final class LoopThread: Sendable {
  /// The loop that the thread turns.
  public let loop: Loop
  private let thread: pthread_t
  private let outcome: Outcome

  private final class Outcome: Sendable {
    let leaks = Mutex<[String]>([])
  }

  private final class Start {
    let loop: Loop
    let name: String
    let outcome: Outcome
    init(_ loop: Loop, _ name: String, _ outcome: Outcome) {
      self.loop = loop
      self.name = name
      self.outcome = outcome
    }
  }

  init(loop: Loop, name: String) throws(UVError) {
    self.loop = loop
    let outcome = Outcome()
    self.outcome = outcome
    var thread = pthread_t()
    // SAFETY: the reference is taken back once, by the new thread, or below where there is none.
    let start = Unmanaged.passRetained(Start(loop, name, outcome))
    let failed = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
        loop_name_thread(start.name)
        let left = start.loop.runUntilStopped()
        start.outcome.leaks.withLock { $0 = left }
        return nil
      }, start.toOpaque())
    if failed != 0 {
      start.release()
      throw UVError(code: uv_translate_sys_error(failed), call: "pthread_create")
    }
    self.thread = thread
  }

  /// Ends the loop and joins its thread. Returns the types of the handles that nobody closed.
  ///
  /// Blocks; call it once, not from a loop.
  @discardableResult
  public func stop() -> [String] {
    loop.execute { [loop] in loop.finish() }
    pthread_join(thread, nil)
    return outcome.leaks.withLock { $0 }
  }
}

/// Writes a line to standard error where nothing better is up yet.
func complain(_ message: String) {
  let line = Array("\(message)\n".utf8)
  _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

func currentErrno() -> Int32 { errno }
