import APIClient
import Curl
import EventLoop
import TestSupport
import Testing

@testable import Exporter

@Suite struct ExportTests {
  /// SAFETY: `@unchecked Sendable` since it is used on one loop alone.
  final class Box<Value>: @unchecked Sendable {
    var value: Value
    init(_ value: Value) { self.value = value }
  }

  struct Setup: Sendable {
    var concurrency = 4
    var records = 50
    var memory = 16 << 20
    var key: String? = SimulatedAPI.key
    var policy = RetryPolicy(firstDelay: 2, longestDelay: 10, patience: 60_000)
    var start = ExportStart.goOn
    var findEnd: (@Sendable (PageFetcher) async throws -> Int64)?
  }

  /// One run of the export, as the command makes it.
  static func export(
    _ loop: Loop, _ url: String, _ folder: TemporaryFolder, _ setup: Setup = Setup(),
    until signals: AsyncStream<Int32> = AsyncStream { _ in },
    onProgress: @escaping (ExportProgress) -> Void = { _ in }
  ) async throws -> ExportOutcome {
    let endpoint = Endpoint(url: try ServerAddress.customersURL(url), key: setup.key)
    let opened = try OutputKind.csv(CSVFormat()).open(
      folder.paths, url: endpoint.url, start: setup.start)
    let client = try HTTPClient(loop)
    defer { client.close() }
    let fetcher = PageFetcher(loop, client, endpoint, setup.policy, concurrency: setup.concurrency)
    // No answer may get lost between the socket and us.
    fetcher.onTrouble = { reason in #expect(!reason.contains("TIMEDOUT"), "\(reason)") }
    var findEnd: (@Sendable () async throws -> Int64)?
    if let find = setup.findEnd { findEnd = { try await find(fetcher) } }
    let export = Export(
      loop, fetcher: fetcher, output: opened.output, from: opened.found, format: CSVFormat(),
      plan: Plan(
        after: opened.found.taken.lastID, concurrency: setup.concurrency, records: setup.records,
        memory: setup.memory),
      saveInterval: 5, findEnd: findEnd, onProgress: onProgress)
    let outcome = await export.run(until: signals)
    #expect(client.running == 0)
    #expect(fetcher.window.inFlight == 0)
    return outcome
  }

  /// Runs `body` with a server of that table; nothing may stay open.
  static func withAPI(
    _ ids: [Int64],
    _ body: @escaping @Sendable (Loop, SimulatedAPI, TemporaryFolder) async throws -> Void
  ) async throws {
    try await onLoop { loop in
      let api = try await SimulatedAPI(loop, SimulatedTable(ids: ids))
      defer { api.close() }
      try await body(loop, api, try TemporaryFolder())
    }
  }

  static func finish(
    _ loop: Loop, _ api: SimulatedAPI, _ folder: TemporaryFolder, _ ids: [Int64], _ setup: Setup = Setup()
  ) async throws {
    let outcome = try await export(loop, api.url, folder, setup)
    #expect(outcome == .finished)
    expectFinished(folder, ids)
  }

  static func expectFinished(_ folder: TemporaryFolder, _ ids: [Int64]) {
    #expect(folder.names == TemporaryFolder.finished)
    let isExact = folder.text(folder.target) == SimulatedRow.csv(ids)
    #expect(isExact)
  }

  @Test(
    arguments: [
      [], [1], [.max], [1, .max], Array(1...1000), Array(1...1001), (1...2000).map { $0 * 100 },
      Array(1...500) + Array(10_000_000_000...10_000_000_500),
    ] as [[Int64]])
  func everyTableComesOutExactly(_ ids: [Int64]) async throws {
    try await Self.withAPI(ids) { loop, api, folder in
      try await Self.finish(loop, api, folder, ids)
    }
  }

  @Test func aDenseTableIsGivenOutOnceOverKeptConnections() async throws {
    let ids = Array(1...5000 as ClosedRange<Int64>)
    try await Self.withAPI(ids) { loop, api, folder in
      try await Self.finish(loop, api, folder, ids)
      #expect(api.given == ids.count)
      #expect(api.connections <= 4)
      // Again: the finished file is replaced by an equal one.
      try await Self.finish(loop, api, folder, ids)
      #expect(api.given == 2 * ids.count)
    }
  }

  @Test func failuresThatPassAreNotFailures() async throws {
    let ids = Array(1...3000 as ClosedRange<Int64>)
    try await Self.withAPI(ids) { loop, api, folder in
      api.interfere = { request in
        switch request.number % 7 {
        case 1: .response("503 Service Unavailable", headers: ["Retry-After: 0"])
        case 2: .response("429 Too Many Requests")
        case 3: .sendAndClose([])
        case 4: .sendAndClose(Array("HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n[{".utf8))
        case 5: .response("500 Internal Server Error", "<html>")
        default: nil
        }
      }
      try await Self.finish(loop, api, folder, ids)
    }
  }

  @Test(arguments: [401, 403])
  func aKeyThatIsNotKnownStopsAtOnce(_ status: Int) async throws {
    try await Self.withAPI([1, 2]) { loop, api, folder in
      api.interfere = { _ in .response("\(status) No") }
      let outcome = try await Self.export(loop, api.url, folder)
      #expect(outcome.status == 3)
      #expect(folder.names == [])
    }
  }

  @Test func redirectsAreNotFollowed() async throws {
    try await Self.withAPI([1]) { loop, api, folder in
      api.interfere = { _ in .response("307 Temporary Redirect", headers: ["Location: http://127.0.0.1:1/x"])
      }
      let outcome = try await Self.export(loop, api.url, folder)
      #expect(outcome.status == 1)
      guard case .failed(let reason) = outcome else { return }
      #expect(reason.contains("http://127.0.0.1:1/x"))
    }
  }

  @Test func aServerThatStaysAwayIsGivenUpAndGoneOnWithLater() async throws {
    let ids = Array(1...1000 as ClosedRange<Int64>)
    try await Self.withAPI(ids) { loop, api, folder in
      api.interfere = { request in
        request.parameter("previous_id") ?? 0 < 500 ? nil : .response("503 Service Unavailable")
      }
      var setup = Setup()
      setup.policy.patience = 50
      let outcome = try await Self.export(loop, api.url, folder, setup)
      #expect(outcome.status == 4)
      let given = api.given
      api.interfere = nil
      try await Self.finish(loop, api, folder, ids)
      #expect(api.given <= ids.count + 4 * 50)
      #expect(given > 0)
    }
  }

  /// Pages that came do not count as long as none of them is on disk.
  @Test func aServerThatGoesBeforeTheFirstRowIsWrittenLeavesNothingToGoOnWith() async throws {
    try await Self.withAPI(Array(1...1000)) { loop, api, folder in
      api.interfere = { request in
        request.parameter("previous_id") == 0 ? .response("503 Service Unavailable") : nil
      }
      var setup = Setup()
      setup.policy.patience = 50
      let outcome = try await Self.export(loop, api.url, folder, setup)
      #expect(outcome.status == 1)
      #expect(folder.names == [])
    }
  }

  @Test func aServerThatWasNeverThereIsAFailure() async throws {
    try await Self.withAPI([]) { loop, _, folder in
      var setup = Setup()
      setup.policy.patience = 20
      let outcome = try await Self.export(loop, "http://127.0.0.1:1", folder, setup)
      #expect(outcome.status == 1)
      #expect(folder.names == [])
    }
  }

  @Test func aSignalStopsAndTheNextRunGoesOn() async throws {
    let ids = Array(1...3000 as ClosedRange<Int64>)
    try await Self.withAPI(ids) { loop, api, folder in
      var runs = 0
      var outcome: ExportOutcome
      repeat {
        let (signals, send) = AsyncStream.makeStream(of: Int32.self)
        var lastID: Int64?
        outcome = try await Self.export(loop, api.url, folder, until: signals) { progress in
          // Some pages after it began.
          if progress.lastID >= (lastID ?? progress.lastID) + 400 { send.yield(15) }
          lastID = lastID ?? progress.lastID
        }
        runs += 1
      } while outcome == .stopped(signal: 15)
      #expect(outcome == .finished)
      #expect(runs > 3)
      #expect(api.given <= ids.count + runs * 4 * 50)
      Self.expectFinished(folder, ids)
    }
  }

  @Test func largePagesAreAskedForInParts() async throws {
    let ids = Array(1...400 as ClosedRange<Int64>)
    try await Self.withAPI(ids) { loop, api, folder in
      var setup = Setup(concurrency: 2, records: 200)
      // A row has some 600 bytes, some have many thousands.
      setup.memory = 2 * 40_000
      try await Self.finish(loop, api, folder, ids, setup)
    }
  }

  /// Nobody gets an answer before as many requests are there as the plan allows for; so they all are on their way at
  /// the same time, or this does not end.
  @Test func requestsOverlap() async throws {
    let ids = Array(1...2000 as ClosedRange<Int64>)
    try await Self.withAPI(ids) { loop, api, folder in
      // The first pages open the window: 1, 3, 9, then all of it.
      let waves = Box([1, 3, 9, 16, 16, 16])
      let waiting = Box<[CheckedContinuation<Void, Never>]>([])
      api.interfere = { _ in
        guard let wave = waves.value.first else { return nil }
        if waiting.value.count + 1 == wave {
          waves.value.removeFirst()
          let all = waiting.value
          waiting.value = []
          for one in all { one.resume() }
        } else {
          await withCheckedContinuation { waiting.value.append($0) }
        }
        return nil
      }
      try await Self.finish(loop, api, folder, ids, Setup(concurrency: 16, records: 20))
      #expect(waves.value == [])
      #expect(api.given == ids.count)
    }
  }
}
