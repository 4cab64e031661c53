import EventLoop
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Exporter

/// The real program against a server in this process.
@Suite struct ExporterProcessTests {
  private static let concurrency = 4
  private static let records = 25

  private static func arguments(_ api: SimulatedAPI, _ folder: TemporaryFolder, _ more: [String] = [])
    -> [String]
  {
    let sizes = ["--concurrency", "\(concurrency)", "--records", "\(records)"]
    return ["--out", folder.target, "--url", api.url] + sizes + more
  }

  private static func run(
    _ loop: Loop, _ api: SimulatedAPI, _ folder: TemporaryFolder, _ more: [String] = []
  ) async throws -> (status: Int32, errors: String) {
    let process = try ExporterProcess(arguments(api, folder, more), key: SimulatedAPI.key)
    try process.start()
    return await process.result()
  }

  /// Killed at twenty random requests, each run goes on from what is on disk; the file is what an undisturbed run
  /// gives, and the server gave out little more than the rows.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func killedTwentyTimesTheFileIsExact(_ seed: UInt64) async throws {
    let ids = (1...6000 as ClosedRange<Int64>).map { seed == 3 ? $0 * 3 : $0 }
    try await ExportTests.withAPI(ids) { loop, api, folder in
      var random = SeededGenerator(seed: seed)
      var kills = 0
      while kills < 20 {
        let process = try ExporterProcess(Self.arguments(api, folder), key: SimulatedAPI.key)
        let left = Mutex(Int.random(in: 1...14, using: &random))
        let beforeTheAnswer = Bool.random(using: &random)
        api.interfere = { _ in
          let isLast = left.withLock { left in
            left -= 1
            return left == 0
          }
          if isLast {
            // The kill meets it anywhere: in a write, while it parses, while it waits.
            if !beforeTheAnswer { try? await loop.sleep(milliseconds: 1) }
            process.signal(SIGKILL)
          }
          return nil
        }
        try process.start()
        let end = await process.result()
        if end.status == 0 { break }
        #expect(end.status == -SIGKILL)
        kills += 1
      }
      api.interfere = nil
      let end = try await Self.run(loop, api, folder)
      #expect(end.status == 0)
      #expect(end.errors.contains("exported"))
      #expect(!end.errors.contains("TIMEDOUT"))
      #expect(kills >= 15)
      // Where every third id is there, some rows come twice.
      let rows = seed == 3 ? ids.count * 3 / 2 : ids.count
      #expect(api.given <= rows + (kills + 1) * Self.concurrency * Self.records)
      ExportTests.expectFinished(folder, ids)
    }
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func aSignalEndsItInGoodOrder(_ signal: Int32) async throws {
    let ids = Array(1...3000 as ClosedRange<Int64>)
    try await ExportTests.withAPI(ids) { loop, api, folder in
      let process = try ExporterProcess(Self.arguments(api, folder), key: SimulatedAPI.key)
      api.interfere = { request in
        if request.number == 40 { process.signal(signal) }
        return request.number < 40 ? nil : .silence
      }
      try process.start()
      let end = await process.result()
      #expect(end.status == 128 + signal)
      #expect(end.errors.contains("the same command goes on"))
      #expect(folder.names == ["customers.csv.part", "customers.csv.state"])
      api.interfere = nil
      #expect(try await Self.run(loop, api, folder).status == 0)
      ExportTests.expectFinished(folder, ids)
    }
  }

  @Test func twoAtOnceDoNotMeet() async throws {
    try await ExportTests.withAPI(Array(1...500)) { loop, api, folder in
      let first = try ExporterProcess(Self.arguments(api, folder), key: SimulatedAPI.key)
      let second = Mutex<(status: Int32, errors: String)?>(nil)
      api.interfere = { request in
        guard request.number == 1 else { return nil }
        // The first one waits for its first page while the second one comes and goes.
        let end = try? await Self.run(loop, api, folder)
        second.withLock { $0 = end }
        return nil
      }
      try first.start()
      #expect(await first.result().status == 0)
      let end = second.withLock { $0 }
      #expect(end?.status == 1)
      #expect(end?.errors.contains("another exporter") == true)
      ExportTests.expectFinished(folder, Array(1...500))
    }
  }

  @Test func everyEndHasItsStatus() async throws {
    try await ExportTests.withAPI(Array(1...50)) { loop, api, folder in
      let wrong = try ExporterProcess(Self.arguments(api, folder, ["--key", "no"]), key: "x")
      try wrong.start()
      let end = await wrong.result()
      #expect(end.status == 3)
      #expect(!end.errors.contains("no\n"))
      #expect(try await Self.run(loop, api, folder, ["--records", "0"]).status == 2)
      #expect(
        try await Self.run(loop, api, folder, ["--patience", "1s", "--url", "http://127.0.0.1:1"]).status == 1
      )
      #expect(folder.names == [])
      // What a run with other settings left is not touched.
      api.interfere = { request in request.number < 6 ? nil : .response("200 OK", "no page") }
      #expect(try await Self.run(loop, api, folder, ["--records", "5"]).status == 1)
      let refused = try await Self.run(loop, api, folder, ["--eol", "crlf"])
      #expect(refused.status == 2)
      #expect(refused.errors.contains("--restart"))
    }
  }

  /// What the list of processes shows while it runs.
  @Test func theKeyIsOverwritten() async throws {
    try await ExportTests.withAPI(Array(1...50)) { loop, api, folder in
      let process = try ExporterProcess(
        Self.arguments(api, folder, ["--key", SimulatedAPI.key]), key: "other")
      let shown = Mutex("")
      api.interfere = { _ in
        let text = try? String(contentsOfFile: "/proc/\(process.id)/cmdline", encoding: .utf8)
        shown.withLock { $0 = text ?? "" }
        return nil
      }
      try process.start()
      #expect(await process.result().status == 0)
      let text = shown.withLock { $0 }
      #expect(text.contains("--key"))
      #expect(!text.contains(SimulatedAPI.key))
    }
  }
}
