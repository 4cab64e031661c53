import Bytes
import Customers
import EventLoop
import Foundation
import Options
import Personas
import TestSupport
import Testing

@testable import Generator

/// Settings as the command line gives them.
func testSettings(_ arguments: String...) throws -> GeneratorSettings {
  try GeneratorSettings(try GeneratorOptions.program.parse(arguments), cores: 2)
}

/// The whole CSV, made in one go.
func expectedCSV(rows: Int64, seed: UInt64) -> String {
  var source = PersonaSource(seed: seed)
  var buffer = ByteBuffer()
  buffer.append(text: csvHeader)
  for id in 1...rows { source.append(csvRow: id, to: &buffer) }
  return buffer.text()
}

@Suite struct CSVRunTests {
  @Test(arguments: [(1, 1), (999, 2), (1000, 2), (1001, 1), (5500, 1), (5500, 2), (5500, 7)])
  func anyNumberOfJobsGivesTheSameFile(rows: Int64, jobs: Int) async throws {
    let folder = try TemporaryFolder()
    let settings = try testSettings("--rows", "\(rows)", "--jobs", "\(jobs)", "--seed", "3")
    try await onLoop { [path = folder.path] loop in
      let progress = RunProgress(loop, total: rows)
      defer { progress.end() }
      try await CSVRun(settings: settings, path: "\(path)/a.csv").run(on: loop, progress)
    }
    #expect(folder.names == ["a.csv"])
    #expect(try folder.text("a.csv") == expectedCSV(rows: rows, seed: 3))
  }

  @Test func afterAnErrorNothingIsLeft() async throws {
    let settings = try testSettings("--rows", "100000")
    try await onLoop { loop in
      let progress = RunProgress(loop, total: 100_000)
      defer { progress.end() }
      await #expect(throws: FileError.self) {
        try await CSVRun(settings: settings, path: "/dev/full").run(on: loop, progress)
      }
    }
  }

  @Test func aStoppedRunLeavesNoFile() async throws {
    let folder = try TemporaryFolder()
    let settings = try testSettings("--rows", "\(Int32.max)")
    try await onLoop { [path = folder.path] loop in
      let progress = RunProgress(loop, total: settings.rows)
      defer { progress.end() }
      await #expect(throws: CancellationError.self) {
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            try await CSVRun(settings: settings, path: "\(path)/a.csv").run(on: loop, progress)
          }
          group.addTask {
            while (try? FileManager.default.attributesOfItem(atPath: "\(path)/a.csv.part"))?[.size] as? Int
              ?? 0 == 0
            {
              try await loop.sleep(milliseconds: 1)
            }
            throw CancellationError()
          }
          while try await group.next() != nil {}
        }
      }
    }
    #expect(folder.names == [])
  }
}
