import Foundation

/// What one run of these tests has outside its own process: a folder, and perhaps a PostgreSQL of its own. A keeper
/// takes both away when the run's process ends, however it ends.
final class TestRun: Sendable {
  /// The one of this process.
  static let current = Result { try TestRun() }

  /// Everything that the tests write lies here.
  let folder: String
  /// Names the run's own PostgreSQL: `generated/<name>` in the checkout.
  let clusterName = "process-tests-\(getpid())"

  /// The root of the checkout.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  private init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "roster-tests-\(getpid())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try startKeeper()
  }

  /// The keeper reads a pipe whose other end nobody but this process has, so it wakes when this process is gone.
  private func startKeeper() throws {
    let pipe = try Pipes.make()
    let script = """
      trap '' INT TERM HUP
      cat >/dev/null
      home=$1/generated/$2
      for process in /proc/[0-9]*; do
        [ "$(readlink "$process/cwd")" = "$home/data" ] && kill -CONT "${process#/proc/}"
      done
      "$1/scripts/db" stop --name "$2"
      rm -rf "$home" "$3"
      """
    let keeper = try Spawner.shared.spawn(
      SpawnRequest(
        ["/bin/sh", "-c", script, "keeper", Self.root, clusterName, folder],
        environment: ["PATH": "/usr/bin:/bin"], input: .descriptor(pipe.reading), outlivesUs: true))
    close(pipe.reading)
    Self.keeper.set(keeper, pipe.writing)
    // On a normal end the tests' process waits, so that nothing is left once it is gone.
    atexit { TestRun.keeper.dismiss() }
  }

  private static let keeper = Keeper()
}

/// The process that cleans up, and the pipe it listens to.
private final class Keeper: @unchecked Sendable {
  // SAFETY: set once before the tests start anything, read once at the end of the process.
  private var process: pid_t = 0
  private var pipe: Int32 = -1

  func set(_ process: pid_t, _ pipe: Int32) {
    self.process = process
    self.pipe = pipe
  }

  func dismiss() {
    close(pipe)
    var status: Int32 = 0
    waitpid(process, &status, 0)
  }
}

enum Pipes {
  /// A pipe that no other program inherits.
  static func make() throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw TestFailure("pipe: \(errnoText())") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}

/// What keeps a test from going on.
struct TestFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

func errnoText() -> String { String(cString: strerror(errno)) }
