import Glibc

/// A program that runs beside the test.
///
/// Foundation's `Process` takes a child for running as long as anybody holds a descriptor that the child was given,
/// which a server that it starts does for ever.
struct ChildProcess {
  let id: pid_t
  /// `POSIX_SPAWN_SETSID`, which glibc shows with `_GNU_SOURCE` alone.
  private static let newSession: Int16 = 0x80

  /// Starts `/bin/bash` with a script, in a session of its own, without any of our descriptors but 0 to 2.
  init(script: String, _ arguments: [String], standardInput: Int32? = nil, output: String = "/dev/null")
    throws
  {
    let closing = """
      for open in /proc/$$/fd/*; do
        open=${open##*/}
        ((open <= 2)) || eval "exec $open<&-"
      done

      """
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let standardInput {
      posix_spawn_file_actions_adddup2(&actions, standardInput, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Self.newSession)
    let words = ["/bin/bash", "-c", closing + script, "bash"] + arguments
    let pointers = words.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var child = pid_t()
    let failed = posix_spawn(&child, "/bin/bash", &actions, &attributes, pointers, environ)
    guard failed == 0 else {
      throw TestDatabase.Failure(description: "posix_spawn: \(String(cString: strerror(failed)))")
    }
    id = child
  }

  /// Waits for the end and gives the status as `waitpid` does: 0 if all went well.
  @discardableResult
  func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    return status
  }
}
