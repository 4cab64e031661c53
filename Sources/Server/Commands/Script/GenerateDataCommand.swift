import EventLoop
import Glibc
import Meters
import Options
import PersonaFiles

/// `script generate_data`: writes the customers that `generator` makes, in files of equal size.
struct GenerateDataCommand: Sendable {
  private let ids: ClosedRange<Int64>
  private let rowsInFile: Int64
  private let seed: UInt64
  private let jobs: Int
  private let folder: String

  init(_ options: ParsedOptions, cores: Int) throws(UsageError) {
    let firstID = Int64(options[ScriptOptions.firstID])
    let (lastID, isTooLarge) = firstID.addingReportingOverflow(Int64(options[ScriptOptions.rows]) - 1)
    guard !isTooLarge else {
      throw UsageError("--rows: there are not so many ids from --first-id \(firstID) on; ask for fewer")
    }
    ids = firstID...lastID
    rowsInFile = Int64(options[ScriptOptions.rowsInFile])
    seed = UInt64(options[ScriptOptions.seed])
    jobs = options[ScriptOptions.jobs] ?? min(max(cores, 1), 64)
    folder = options[ScriptOptions.out]
  }

  func run(on loop: Loop) async -> Int32 {
    let progress = RunProgress(loop, total: Int64(ids.count), program: "server")
    do {
      let stop = try StopSignals(loop)
      defer { stop.close() }
      if mkdir(folder, 0o777) != 0, errno != EEXIST {
        throw FileProblem(description: "cannot make \(folder): \(String(cString: strerror(errno)))")
      }
      let signal = try await untilSignal(stop) { try await write(on: loop, progress) }
      if let signal {
        progress.end()
        progress.say("stopped by \(StopSignals.name(of: signal))")
        return 128 + signal
      }
      progress.finish("generated")
      return 0
    } catch {
      progress.end()
      progress.say("\(error)")
      return 1
    }
  }

  private func write(on loop: Loop, _ progress: RunProgress) async throws {
    var files = IDPlan(ids, size: rowsInFile)
    var number = 0
    let count = (ids.count - 1) / Int(rowsInFile) + 1
    try await loop.offload { try refuseOthers(than: count) }
    while let ids = files.next() {
      number += 1
      let path = "\(folder)/\(DataFiles.name(number, of: count))"
      try await CSVFile(ids: ids, seed: seed, jobs: jobs, path: path).write(on: loop) {
        progress.add(rows: $0, bytes: $1)
      }
    }
  }

  /// `load_data` would send what an earlier, larger run has left as well.
  private func refuseOthers(than count: Int) throws(FileProblem) {
    for (number, name) in try DataFiles.numbered(in: folder) {
      if (1...count).contains(number), name == DataFiles.name(number, of: count) { continue }
      throw FileProblem(
        description:
          "\(folder)/\(name) is of another set of files; remove those, or name another folder by --out")
    }
  }
}

/// Runs `body`; when a signal comes first, it is canceled and waited for, and the signal is given.
func untilSignal(
  _ stop: StopSignals, _ body: @escaping @Sendable () async throws -> Void
) async throws -> Int32? {
  try await withThrowingTaskGroup(of: Int32?.self) { group in
    group.addTask { await stop.first() }
    group.addTask {
      try await body()
      return nil
    }
    defer { group.cancelAll() }
    let first = try await group.next() ?? nil
    group.cancelAll()
    do {
      while try await group.next() != nil {}
    } catch is CancellationError {
      // What was stopped by a signal has no more to say.
    }
    return first
  }
}
