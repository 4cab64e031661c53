import Foundation

/// A PostgreSQL of this run alone, so that it can be frozen, stopped and started again.
final class Cluster: Sendable {
  /// Made when it is first asked for; the run's keeper removes it.
  static let own = Result { try Cluster() }
  /// Where databases are made: the server that `ROSTER_TEST_DATABASE_URL` names (a role there may create databases),
  /// else our own.
  static let sharedURL = Result {
    let given = ProcessInfo.processInfo.environment["ROSTER_TEST_DATABASE_URL"] ?? ""
    return given.isEmpty ? try own.get().url : given
  }

  let url: String
  private let name: String

  private init() throws {
    name = try TestRun.current.get().clusterName
    url = try Self.control("start", name)
  }

  /// Stops it in an orderly way; clients lose their connections.
  func stop() throws { _ = try Self.control("stop", name) }

  func start() throws { _ = try Self.control("start", name) }

  /// Stops all its processes where they are: connections stay open and nothing answers.
  func freeze() {
    let all = processes
    // The first of them first, so that it starts no further ones meanwhile.
    for process in all.sorted() { kill(process, SIGSTOP) }
    for process in processes where !all.contains(process) { kill(process, SIGSTOP) }
  }

  func thaw() {
    for process in processes { kill(process, SIGCONT) }
  }

  /// All its processes work in the data folder.
  private var processes: [pid_t] {
    let data = "\(TestRun.root)/generated/\(name)/data"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { name in
      guard let number = pid_t(name) else { return nil }
      let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)/cwd")
      return place == data ? number : nil
    }
  }

  private static func control(_ command: String, _ name: String) throws -> String {
    let run = try TestRun.current.get()
    let output = "\(run.folder)/db-\(UInt32.random(in: 0 ... .max))"
    var request = SpawnRequest(
      ["\(TestRun.root)/scripts/db", command, "--name", name],
      environment: ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"])
    request.output = .file(output)
    request.errors = .file(output)
    let process = try Spawner.shared.spawn(request)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    let text = FileManager.default.contents(atPath: output).map { String(decoding: $0, as: UTF8.self) } ?? ""
    guard status == 0 else { throw TestFailure("scripts/db \(command) failed: \(text)") }
    return String(text.split(separator: "\n").last ?? "")
  }
}
