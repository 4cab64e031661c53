import Foundation
import Testing

/// The programs under test.
enum Program: String {
  case server, generator, exporter

  /// `ROSTER_BIN` names the folder; without it the release build of this checkout.
  func path() throws -> String {
    let folder =
      ProcessInfo.processInfo.environment["ROSTER_BIN"].flatMap { $0.isEmpty ? nil : $0 }
      ?? "\(TestRun.root)/.build/release"
    let path = "\(folder)/\(rawValue)"
    guard access(path, X_OK) == 0 else {
      throw TestFailure("\(path) is not there; `swift build -c release` makes it, or set ROSTER_BIN")
    }
    return path
  }
}

/// What one test works with: a folder, processes, databases. All is taken down at the end.
final class Stage {
  let folder: String
  private var children: [ChildProcess] = []
  private var atEnd: [() -> Void] = []
  private var count = 0

  fileprivate init() throws {
    folder = "\(try TestRun.current.get().folder)/\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  /// A path in the folder.
  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Starts one of ours.
  func start(_ program: Program, _ arguments: [String], _ environment: [String: String] = [:]) throws
    -> ChildProcess
  {
    try start([try program.path()] + arguments, environment)
  }

  /// Starts any program: its path, then its arguments.
  func start(_ arguments: [String], _ environment: [String: String] = [:]) throws -> ChildProcess {
    count += 1
    let name = (arguments[0] as NSString).lastPathComponent
    let variables = ["PATH": "/usr/bin:/bin", "HOME": folder, "LC_ALL": "C.UTF-8"]
    let child = try ChildProcess(
      SpawnRequest(arguments, environment: variables.merging(environment) { $1 }),
      name: name, outputPath: path("\(count)-\(name).out"), errorPath: path("\(count)-\(name).err"))
    children.append(child)
    return child
  }

  /// Runs one of ours to its end.
  func run(
    _ program: Program, _ arguments: [String], _ environment: [String: String] = [:],
    within seconds: Double = 60
  ) throws -> ChildProcess {
    let child = try start(program, arguments, environment)
    try child.waitForEnd(within: seconds)
    return child
  }

  /// `body` is called when the stage is taken down; the last one first.
  func finally(_ body: @escaping () -> Void) { atEnd.append(body) }

  /// The ends of what the children said, for whoever has to find out what went wrong.
  fileprivate var lastWords: String {
    children.suffix(4).map { "\($0.name): \($0.errors.suffix(1500))" }.joined(separator: "\n")
  }

  /// Takes all down; gives what to throw.
  fileprivate func failure(_ error: any Error) -> TestFailure {
    let words = lastWords
    takeDown()
    return TestFailure("\(error)\n\(words)")
  }

  fileprivate func takeDown() {
    for child in children { child.end() }
    for body in atEnd.reversed() { body() }
    try? FileManager.default.removeItem(atPath: folder)
  }
}

extension Stage {
  /// Whether this machine lets a test do such a thing: false if it throws.
  static func allows(_ body: (Stage) throws -> Void) -> Bool {
    (try? onStage(body)) != nil
  }
}

/// Runs `body` on a stage of its own.
func onStage(_ body: (Stage) throws -> Void) throws {
  let stage = try Stage()
  do {
    try body(stage)
  } catch {
    throw stage.failure(error)
  }
  stage.takeDown()
}

/// Runs `body` on a stage of its own, for what waits for a proxy.
func onStage(_ body: (Stage) async throws -> Void) async throws {
  let stage = try Stage()
  do {
    try await body(stage)
  } catch {
    throw stage.failure(error)
  }
  stage.takeDown()
}
