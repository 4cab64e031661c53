import Foundation

/// The files and programs behind a ``PrivateCluster``.
enum ClusterFiles {
  /// Where clusters and the template that they are copied from lie.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().resolvingSymlinksInPath().appending(path: "generated/test")

  /// A new folder with a short name: the path of a socket holds 107 bytes.
  static func shortFolder() throws -> String {
    var template = Array("/tmp/roster-XXXXXX".utf8CString)
    guard let path = mkdtemp(&template) else { throw failure("mkdtemp: \(errno)") }
    try handOver(String(cString: path))
    return String(cString: path)
  }

  /// Copies a freshly made cluster, which is made once for all tests and kept.
  static func copyTemplate(to folder: URL) throws {
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    let template = root.appending(path: "template-\(version)-\(geteuid())")
    let lock = open(root.appending(path: ".lock").path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    defer { close(lock) }
    guard flock(lock, LOCK_EX) == 0 else { throw failure("flock: \(errno)") }
    if !FileManager.default.fileExists(atPath: template.path) { try make(template) }
    try run("cp", "-a", "--reflink=auto", template.path, folder.path)
  }

  private static func make(_ template: URL) throws {
    let new = URL(filePath: template.path + ".new")
    try? FileManager.default.removeItem(at: new)
    let data = new.appending(path: "data")
    try FileManager.default.createDirectory(
      at: data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try handOver(data.path)
    let log = new.appending(path: "initdb.log").path
    try launch(
      "initdb", on: data.path,
      ["--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--wal-segsize=1", "--no-sync"], log: log
    )
    let access = """
      local all secret scram-sha-256
      local all all trust
      """
    try access.write(to: data.appending(path: "pg_hba.conf"), atomically: false, encoding: .utf8)
    try FileManager.default.moveItem(at: new, to: template)
  }

  /// Runs a program of PostgreSQL on the folder `data`, which it reaches as `/proc/self/fd/9`. The server goes on
  /// by itself; others are waited for. With `namespace` it sees the mounts of that process.
  static func launch(
    _ program: String, on data: String, _ arguments: [String], log: String, in namespace: pid_t? = nil
  ) throws {
    let script = """
      exec 9<"$1"
      program=$2 user=$3 enter=() change=() wait=--wait
      [[ -z $4 ]] || enter=(nsenter --target "$4" --mount)
      shift 4
      cd /
      [[ -z $user ]] || change=(setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups)
      [[ $program != */postgres ]] || wait=--fork
      exec "${enter[@]}" setsid $wait env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 "${change[@]}" \
        "$program" -D /proc/self/fd/9 "$@"
      """
    let user = geteuid() == 0 ? "postgres" : ""
    let child = try ChildProcess(
      script: script, [data, "\(binaries)/\(program)", user, namespace.map { "\($0)" } ?? ""] + arguments,
      output: log)
    guard child.wait() == 0 else {
      throw failure("\(program) failed: \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "no log")")
    }
  }

  private static func handOver(_ path: String) throws {
    if geteuid() == 0 { try run("chown", "postgres:", path) }
  }

  static func run(_ command: String...) throws {
    guard try ChildProcess(script: "\"$@\"", command).wait() == 0 else {
      throw failure("\(command.joined(separator: " ")) failed")
    }
  }

  /// The newest version that is installed.
  private static let version: Int =
    ((try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []).compactMap {
      Int($0)
    }
    .max() ?? 0

  private static var binaries: String { "/usr/lib/postgresql/\(version)/bin" }

  private static func failure(_ reason: String) -> TestDatabase.Failure {
    TestDatabase.Failure(description: reason)
  }
}
