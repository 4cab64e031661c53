import Bytes
import Customers
import EventLoop
import Foundation
import PersonaFiles
import Personas
import TestSupport
import Testing

/// The whole CSV, made in one go.
private func expectedCSV(rows: Int64, seed: UInt64) -> String {
  var source = PersonaSource(seed: seed)
  var buffer = ByteBuffer()
  buffer.append(text: csvHeader)
  for id in 1...rows { source.append(csvRow: id, to: &buffer) }
  return buffer.text()
}

@Suite struct CSVFileTests {
  @Test(arguments: [(1, 1), (999, 2), (1000, 2), (1001, 1), (5500, 1), (5500, 2), (5500, 7)])
  func anyNumberOfJobsGivesTheSameFile(rows: Int64, jobs: Int) async throws {
    let folder = try TemporaryFolder()
    try await onLoop { [path = folder.path] loop in
      var written = 0
      try await CSVFile(ids: 1...rows, seed: 3, jobs: jobs, path: "\(path)/a.csv").write(on: loop) {
        count, _ in
        written += count
      }
      #expect(written == Int(rows))
    }
    #expect(folder.names == ["a.csv"])
    #expect(try folder.text("a.csv") == expectedCSV(rows: rows, seed: 3))
  }

  /// Parts of the same customers, each with the header, are together what one file is.
  @Test func aPartHoldsItsIDs() async throws {
    let folder = try TemporaryFolder()
    try await onLoop { [path = folder.path] loop in
      try await CSVFile(ids: 1...1500, seed: 3, jobs: 2, path: "\(path)/1.csv").write(on: loop) { _, _ in }
      try await CSVFile(ids: 1501...3000, seed: 3, jobs: 1, path: "\(path)/2.csv").write(on: loop) { _, _ in }
    }
    let second = try folder.text("2.csv")
    #expect(second.hasPrefix(csvHeader))
    #expect(
      try folder.text("1.csv") + second.dropFirst(csvHeader.count) == expectedCSV(rows: 3000, seed: 3))
  }

  @Test func afterAnErrorNothingIsLeft() async throws {
    try await onLoop { loop in
      await #expect(throws: FileError.self) {
        try await CSVFile(ids: 1...100_000, seed: 1, jobs: 2, path: "/dev/full").write(on: loop) { _, _ in }
      }
    }
  }

  @Test func aStoppedRunLeavesNoFile() async throws {
    let folder = try TemporaryFolder()
    try await onLoop { [path = folder.path] loop in
      await #expect(throws: CancellationError.self) {
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            try await CSVFile(ids: 1...Int64(Int32.max), seed: 1, jobs: 2, path: "\(path)/a.csv")
              .write(on: loop) { _, _ in }
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
