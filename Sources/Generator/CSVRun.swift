import EventLoop
import Meters
import PersonaFiles

/// `--out FILE`: writes the rows as CSV.
struct CSVRun: Sendable {
  let settings: GeneratorSettings
  let path: String

  func run(on loop: Loop, _ progress: RunProgress) async throws {
    let file = CSVFile(ids: 1...settings.rows, seed: settings.seed, jobs: settings.jobs, path: path)
    try await file.write(on: loop) { progress.add(rows: $0, bytes: $1) }
  }
}
