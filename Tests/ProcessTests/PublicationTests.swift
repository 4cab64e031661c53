import Foundation
import Testing

extension ProcessTests {
  /// The steps by which a finished file and its manifest get their names, each of them met by a kill and by a fault.
  ///
  /// `strace` does that as the program enters a system call, so that no step is missed and none is left to chance.
  @Suite(.enabled(if: canTrace, "strace cannot trace here"))
  struct PublicationTests {
    /// The calls that change names or wait for the disk.
    private static let calls = ["rename", "unlink", "fsync", "fdatasync"]

    /// What lies at a file's name and at its manifest's.
    private struct Pair: Hashable, CustomStringConvertible {
      enum Age: String { case old, new, none }
      var file: Age
      var manifest: Age
      var description: String { "\(file.rawValue) file, \(manifest.rawValue) manifest" }
    }

    private struct Scene {
      let stage: Stage
      let command: ExporterCommand
      /// The bytes of file and manifest before the export and after it; of a manifest the sum of its file.
      var files: [Data] = []
      var sums: [String] = []

      var manifestPath: String { command.target + ".manifest.json" }

      var file: Data { FileManager.default.contents(atPath: command.target) ?? Data() }

      func pair() -> Pair {
        func age<Value: Equatable>(_ value: Value?, _ known: [Value]) -> Pair.Age {
          value == known[0] ? .old : value == known[1] ? .new : .none
        }
        return Pair(file: age(file, files), manifest: age(command.manifest["sha256"] as? String, sums))
      }

      /// Takes all away that belongs to the file, and puts an older one there with its manifest.
      func begin(_ manifest: Data) throws {
        let folder = (command.target as NSString).deletingLastPathComponent
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
          try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
        try files[0].write(to: URL(filePath: command.target))
        try manifest.write(to: URL(filePath: manifestPath))
      }

      /// Runs the export, and lets `strace` do `what` as it enters the call of that number.
      func run(_ call: String, _ number: Int, _ what: String) throws -> ChildProcess {
        let tracer = [
          "/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
          "inject=\(call):\(what):when=\(number)",
        ]
        // With one thread for all files its calls can be counted.
        let child = try stage.start(
          tracer + [try Program.exporter.path()] + command.arguments,
          command.environment.merging(["UV_THREADPOOL_SIZE": "1"]) { $1 })
        try child.waitForEnd(within: 30)
        return child
      }
    }

    @Test(arguments: ["signal=KILL", "error=EIO"])
    func atEachStep(_ what: String) throws {
      try onStage { stage in
        let database = try stage.database(rows: 50)
        let server = try stage.server(database)
        try FileManager.default.createDirectory(
          atPath: stage.path("out"), withIntermediateDirectories: true)
        var scene = Scene(stage: stage, command: stage.export(server.url, to: "out/customers.csv"))
        var manifests: [Data] = []
        for rows in [50, 60] {
          if rows == 60 { try database.add(rows: 10, from: 51) }
          try stage.checkExport(scene.command, of: database)
          scene.files.append(scene.file)
          scene.sums.append(scene.command.manifest["sha256"] as? String ?? "")
          manifests.append(try Data(contentsOf: URL(filePath: scene.manifestPath)))
        }

        var seen: [Pair: Int] = [:]
        for call in Self.calls {
          for number in 1... {
            try scene.begin(manifests[0])
            let child = try scene.run(call, number, what)
            let isWhole = child.ending == .exited(0)
            let place = "\(what) at \(call) \(number)"
            if !isWhole {
              let ending: ChildProcess.Ending =
                what == "signal=KILL" ? .killed(signal: SIGKILL) : .exited(1)
              #expect(child.ending == ending, "\(place): \(child.errors)")
            }
            let pair = scene.pair()
            seen[pair, default: 0] += 1
            // The name always has a whole file, and never beside the manifest of another.
            #expect(pair.file != .none, "\(place): \(pair)")
            #expect(pair.manifest == .none || pair.manifest == pair.file, "\(place): \(pair)")
            #expect(!isWhole || pair == Pair(file: .new, manifest: .new), "\(place): \(pair)")
            try stage.checkExport(scene.command, of: database, place)
            // Behind the last call of its kind there is nothing to meet.
            if isWhole, try !isMet(scene, call, number, manifests[0]) { break }
          }
        }
        note("\(what): \(seen.map { "\($0.value) times \($0.key)" }.sorted().joined(separator: ", "))")
        // Between the two renames, and between the stale manifest's end and the first of them.
        #expect(seen[Pair(file: .new, manifest: .none)] != nil)
        #expect(seen[Pair(file: .old, manifest: .none)] != nil)
      }
    }

    /// Whether the export has so many calls of that kind: a run that was stopped there would not end.
    private func isMet(_ scene: Scene, _ call: String, _ number: Int, _ manifest: Data) throws -> Bool {
      try scene.begin(manifest)
      let isMet = try scene.run(call, number, "signal=KILL").ending != .exited(0)
      if isMet { try scene.stage.run(scene.command) }
      return isMet
    }
  }
}

/// Whether processes may be traced here.
private let canTrace = Stage.allows { stage in
  let child = try stage.start(["/usr/bin/strace", "-qq", "-o", "/dev/null", "/bin/true"])
  guard try child.waitForEnd() == .exited(0) else { throw TestFailure("strace: \(child.errors)") }
}
