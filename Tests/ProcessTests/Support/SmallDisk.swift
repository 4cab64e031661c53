import Foundation
import TestSupport

/// A file system of a test's own that is soon full: it lies in memory, in a mount namespace of its own, so that nobody
/// else meets it and it goes away with the process that keeps it.
final class SmallDisk {
  /// Whether this machine lets us mount one.
  static let isPossible = Stage.allows { stage in
    _ = try SmallDisk(stage, at: stage.path("disk"), bytes: 4096)
  }

  /// Where it is for those who are in its namespace.
  let place: String
  /// Where others find it.
  let path: String
  /// The process that keeps the namespace.
  let keeper: ChildProcess
  private let stage: Stage

  /// Mounts it at `place`, a folder that is made if it is missing, with that many bytes, in whole pages of memory.
  init(_ stage: Stage, at place: String, bytes: Int, owner: String = "root") throws {
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let script = """
      mount -t tmpfs -o "size=$2,mode=700,uid=$(id -u "$3")" tmpfs "$1" && echo mounted && exec sleep 3600
      """
    keeper = try stage.start([
      "/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, "keeper", place, "\(bytes)", owner,
    ])
    self.place = place
    self.stage = stage
    path = "/proc/\(keeper.identifier)/root\(place)"
    try wait(for: "a small disk") { [keeper] () -> Bool? in
      if keeper.output.contains("mounted") { return true }
      guard keeper.isRunning else { throw TestFailure("nothing can be mounted: \(keeper.errors)") }
      return nil
    }
  }

  /// Starts a program that sees it, and waits for its end.
  func run(_ words: [String], _ environment: [String: String] = [:]) throws -> ChildProcess {
    let enter = ["/usr/bin/nsenter", "--target", "\(keeper.identifier)", "--mount", "--"]
    let child = try stage.start(enter + words, environment)
    try child.waitForEnd(within: Scale.patience)
    return child
  }

  /// Gives it another size; it must not be less than what is in use.
  func resize(to bytes: Int) throws {
    let mount = try run(["mount", "-o", "remount,size=\(bytes)", place])
    guard mount.ending == .exited(0) else { throw TestFailure("remount: \(mount.errors)") }
  }

  /// Takes all that is on it away.
  func empty() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: path) {
      try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
  }
}
