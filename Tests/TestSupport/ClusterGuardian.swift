import Glibc

/// Ends a cluster and removes its files when this process is gone, even if it was killed: then the other end of a
/// pipe closes.
final class ClusterGuardian: Sendable {
  private let child: ChildProcess
  private let pipe: Int32

  init(folder: String, data: String, socketFolder: String) throws {
    let script = """
      trap '' HUP INT TERM
      cat
      segment=$(sed -n '7s/.* //p' "$2/postmaster.pid" 2>/dev/null)
      while cwds=$(find /proc -mindepth 2 -maxdepth 2 -name cwd -lname "$2" 2>/dev/null); [[ $cwds ]]; do
        for cwd in $cwds; do kill -KILL "$(basename "${cwd%/cwd}")"; done
      done
      [[ -z $segment ]] || ipcrm -m "$segment"
      rm -rf -- "$1" "$3"
      """
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { throw TestDatabase.Failure(description: "pipe: \(errno)") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    pipe = ends[1]
    defer { close(ends[0]) }
    do {
      child = try ChildProcess(script: script, [folder, data, socketFolder], standardInput: ends[0])
    } catch {
      close(ends[1])
      throw error
    }
  }

  /// Does its work now, and waits for it.
  func end() {
    close(pipe)
    child.wait()
  }
}
