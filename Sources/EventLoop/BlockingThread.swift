internal import CLibUV
internal import Glibc

/// Threads for what blocks for longer than the thread pool should be held.
public enum BlockingThread {
  private final class Body {
    let name: String
    let run: @Sendable () -> Void

    init(_ name: String, _ run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }

  /// Starts a thread that nobody waits for; false if the system has none left. The kernel keeps 15 bytes of its name.
  public static func start(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var all = sigset_t()
    var before = sigset_t()
    // Signals are for the loops; here they would only break off system calls.
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    // SAFETY: the reference is taken back once, by the new thread, or below where there is none.
    let start = Unmanaged.passRetained(Body(name, body))
    let failed = pthread_create(
      &thread, &attributes,
      { context in
        guard let context else { return nil }
        let start = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
        loop_name_thread(start.name)
        start.run()
        return nil
      }, start.toOpaque())
    if failed != 0 { start.release() }
    return failed == 0
  }
}
