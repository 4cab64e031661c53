public import Foundation
public import EventLoop
public import Postgres
import Synchronization

/// A PostgreSQL of a test's own, to be stopped, killed and frozen.
///
/// It lies in a folder of its own below `generated/test`, listens on a Unix socket in a short folder of `/tmp`,
/// and is gone with both when the test or its process ends, however that ends. Its superuser is `postgres`; the
/// role `secret`, once a test has made it, needs its password. For root it runs as the user `postgres`, who may
/// be unable to enter the checkout: the data folder is handed over as descriptor 9 and reached by `/proc/self/fd`.
///
/// The calls that wait for PostgreSQL block: make them inside ``EventLoop/Loop/aside(_:)``.
public final class PrivateCluster: Sendable {
  /// As superuser, to the database `postgres`.
  public let settings: ConnectionSettings
  /// The folder of the socket `.s.PGSQL.5432`.
  public let socketFolder: String
  private let folder: URL
  let data: URL
  private let guardian: ClusterGuardian
  private let isRemoved = Atomic(false)
  private let options: [String]

  /// How to stop.
  public enum StopMode: Int32, Sendable {
    /// Waits for clients to go.
    case smart = 15
    /// Rolls back and ends the sessions.
    case fast = 2
    /// Crashes; the next start recovers.
    case immediate = 3
  }

  /// Starts a cluster with `options` in the form `work_mem=1MB`.
  public init(options: [String] = []) throws {
    self.options = options
    folder = ClusterFiles.root.appending(path: "cluster-\(UUID().uuidString)")
    data = folder.appending(path: "data")
    socketFolder = try ClusterFiles.shortFolder()
    guardian = try ClusterGuardian(folder: folder.path, data: data.path, socketFolder: socketFolder)
    try ClusterFiles.copyTemplate(to: folder)
    settings = try ConnectionSettings([
      .init(keyword: "host", value: socketFolder), .init(keyword: "user", value: "postgres"),
      .init(keyword: "dbname", value: "postgres"),
    ])
    try start()
  }

  deinit { remove() }

  /// Starts a cluster, hands it to `body` and removes it, whatever comes of it.
  public static func with(
    _ loop: Loop, options: [String] = [], _ body: (PrivateCluster) async throws -> Void
  ) async throws {
    let cluster = try await loop.aside { try PrivateCluster(options: options) }
    do {
      try await body(cluster)
    } catch {
      try await loop.aside { cluster.remove() }
      throw error
    }
    try await loop.aside { cluster.remove() }
  }

  /// Starts it again after a stop, with more options; they win over the others. With `namespace` it sees the mounts of
  /// that process.
  public func start(_ extra: [String] = [], in namespace: pid_t? = nil) throws {
    try launch(extra, in: namespace)
    try waitUntilUp()
  }

  /// Starts it without waiting: it may be meant to get no further for a while.
  public func launch(_ extra: [String] = [], in namespace: pid_t? = nil) throws {
    let settings = [
      "unix_socket_directories=\(socketFolder)", "listen_addresses=", "fsync=off", "max_connections=40",
      "shared_buffers=16MB", "max_wal_size=1GB", "dynamic_shared_memory_type=mmap", "jit=off",
      "timezone=UTC", "superuser_reserved_connections=0",
    ]
    removeStaleLock()
    let arguments = (settings + options + extra).flatMap { ["-c", $0] }
    try ClusterFiles.launch(
      "postgres", on: data.path, arguments, log: folder.appending(path: "log").path, in: namespace)
  }

  /// An address of this machine that is this cluster's own; port 5432 of it is listened on with the option
  /// `listen_addresses=…`, once ``allowTCP()`` was called.
  public let address =
    "127.\(UInt8.random(in: 1...254)).\(UInt8.random(in: 1...254)).\(UInt8.random(in: 1...254))"

  /// Lets clients on this machine in without a password, from the next start on.
  public func allowTCP() throws {
    let access = data.appending(path: "pg_hba.conf")
    let lines = try String(contentsOf: access, encoding: .utf8) + "\nhost all all 127.0.0.0/8 trust\n"
    try Data(lines.utf8).write(to: access)
  }

  /// Lets its write-ahead log lie in an empty folder; it must be stopped. The folder is at `path`, and its processes
  /// see it at `place`.
  public func moveWriteAheadLog(to path: String, place: String) throws {
    let log = data.appending(path: "pg_wal").path
    try ClusterFiles.run("cp", "-a", "\(log)/.", path)
    try ClusterFiles.run("rm", "-r", log)
    try ClusterFiles.run("ln", "-s", place, log)
  }

  /// Waits until it takes connections, as a primary or as a standby.
  public func waitUntilUp() throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while !["ready", "standby"].contains(pidLine(8)) || postmaster == nil {
      if ContinuousClock.now > deadline {
        throw TestDatabase.Failure(
          description:
            "PostgreSQL did not start: \((try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)) ?? "")"
        )
      }
      usleep(5000)
    }
  }

  /// Ends it and waits until all its processes are gone.
  public func stop(_ mode: StopMode = .fast) {
    if let postmaster { kill(postmaster, mode.rawValue) }
    waitForEnd()
  }

  /// Ends all its processes without a word to them, as a power failure would.
  public func kill() {
    for process in allStopped { kill(process, SIGKILL) }
    waitForEnd()
  }

  /// Kills the one process that all others come from. They end by themselves when they notice.
  public func killPostmaster() {
    if let postmaster { kill(postmaster, SIGKILL) }
    waitForEnd()
  }

  /// What the next start is to be.
  public enum Start: String, Sendable {
    /// A recovery from an archive, and then a primary.
    case recovery = "recovery.signal"
    /// A standby until it is promoted.
    case standby = "standby.signal"
  }

  /// Makes the next start one of these. PostgreSQL forgets it itself when it becomes a primary.
  public func prepare(_ start: Start) throws {
    try Data().write(to: data.appending(path: start.rawValue))
  }

  /// Stops all its processes in their tracks.
  public func freeze() { _ = allStopped }

  /// Lets frozen processes go on.
  public func thaw() {
    for process in processes { kill(process, SIGCONT) }
  }

  /// Stops it and removes its files. More than one call is fine.
  public func remove() {
    guard !isRemoved.exchange(true, ordering: .relaxed) else { return }
    guardian.end()
  }

  // MARK: Processes

  /// The server's processes: they all work in the data folder.
  public var processes: [pid_t] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
      .filter { (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\($0)/cwd")) == data.path }
  }

  private var postmaster: pid_t? {
    guard let pid = pidLine(1).flatMap({ pid_t($0) }), processes.contains(pid) else { return nil }
    return pid
  }

  /// The postmaster first, so that it makes no new ones.
  private var allStopped: [pid_t] {
    if let postmaster { kill(postmaster, SIGSTOP) }
    let all = processes
    for process in all { kill(process, SIGSTOP) }
    return all
  }

  private func kill(_ process: pid_t, _ signal: Int32) { _ = Foundation.kill(process, signal) }

  /// A killed postmaster leaves its locks and the segment that belongs to them; its number may live on as a zombie's.
  private func removeStaleLock() {
    guard processes.isEmpty, let segment = pidLine(7)?.split(separator: " ").last else { return }
    if let segment = Int32(segment) { shmctl(segment, IPC_RMID, nil) }
    try? FileManager.default.removeItem(at: data.appending(path: "postmaster.pid"))
    try? FileManager.default.removeItem(atPath: "\(socketFolder)/.s.PGSQL.5432.lock")
  }

  private func waitForEnd() {
    while !processes.isEmpty { usleep(2000) }
  }

  /// 1: the process, 7: key and number of the shared memory, 8: the state.
  private func pidLine(_ number: Int) -> String? {
    let file = data.appending(path: "postmaster.pid")
    let lines = (try? String(contentsOf: file, encoding: .utf8))?.split(
      separator: "\n", omittingEmptySubsequences: false)
    guard let lines, lines.count >= number else { return nil }
    return lines[number - 1].trimmingCharacters(in: .whitespaces)
  }
}

extension PrivateCluster {
  /// The one for all tests that do no harm to it; it ends with the process.
  static func shared() throws -> PrivateCluster {
    try sharedCluster.withLock { cluster in
      if let cluster { return cluster }
      let started = try PrivateCluster(options: ["max_connections=100"])
      cluster = started
      return started
    }
  }

  private static let sharedCluster = Locked<PrivateCluster?>(nil)
}
