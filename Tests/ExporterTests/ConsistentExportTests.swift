import Bytes
import Curl
import EventLoop
import TestSupport
import Testing

@testable import Exporter

/// Where a consistent export ends: the decision as a value, and the export with a server that tells.
@Suite struct ConsistentExportTests {
  /// What comes of each answer; a second passes between two.
  private func steps(after: Int64 = 0, patience: UInt64 = 3000, _ answers: (Int64, Int64)...) -> [SettledEnd
    .Step]
  {
    var decision = SettledEnd(after: after, patience: patience)
    return answers.enumerated().map { index, answer in
      decision.take(
        Watermark(settled: answer.0, highest: answer.1, transactions: 1), at: 5000 + UInt64(index) * 1000)
    }
  }

  @Test func whatIsAllSettledEndsAtOnce() {
    #expect(steps((100, 100)) == [.end(100)])
    #expect(steps((0, 0)) == [.end(0)])
    #expect(steps(after: 100, (100, 100)) == [.end(100)])
  }

  @Test func itWaitsForWhatWasDrawnAtFirst() {
    #expect(steps((90, 100), (95, 200), (99, 300), (120, 400)) == [.ask, .ask, .ask, .end(120)])
  }

  @Test func itDoesNotWaitForEver() {
    #expect(steps((90, 100), (90, 200), (90, 300), (95, 400)) == [.ask, .ask, .ask, .end(95)])
    #expect(steps(patience: 0, (90, 100)) == [.end(90)])
  }

  @Test func whereNothingIsSettledThereIsNoEnd() {
    #expect(steps(patience: 1000, (0, 100), (0, 100)) == [.ask, .unsettled])
    // Not even what is in the file; another server may have begun to look later.
    #expect(steps(after: 80, patience: 1000, (70, 100), (70, 100)) == [.ask, .unsettled])
    #expect(steps(after: 80, patience: 1000, (80, 100), (80, 100)) == [.ask, .end(80)])
    // Ids have begun anew since.
    #expect(steps(after: 80, patience: 1000, (5, 5), (6, 6)) == [.ask, .unsettled])
  }

  @Test func whereNobodyIsWaitedForTimeSettlesNothing() {
    var decision = SettledEnd(after: 0, patience: 5000)
    let fixed = Watermark(settled: 60, highest: 70)
    #expect(decision.take(fixed, at: 0) == .end(60))
    var other = SettledEnd(after: 0, patience: 5000)
    #expect(other.take(Watermark(settled: 0, highest: 70), at: 0) == .unsettled)
  }

  @Test func answersAreReadOrNotAtAll() {
    func read(_ text: String) -> Watermark? {
      let buffer = ReceiveBuffer()
      buffer.bytes.append(text: text)
      return Watermark(buffer)
    }
    #expect(
      read(#" {"settled":7,"highest":9,"transactions":1,"loads":0,"more":[{}]}"#)
        == Watermark(settled: 7, highest: 9, transactions: 1, loads: 0))
    for text in [
      "", "[]", "7", #"{"settled":7,"highest":9,"transactions":1}"#,
      #"{"settled":-1,"highest":9,"transactions":1,"loads":0}"#,
      #"{"settled":"7","highest":9,"transactions":1,"loads":0}"#,
      #"{"settled":7.0,"highest":9,"transactions":1,"loads":0}"#,
    ] {
      #expect(read(text) == nil)
    }
  }

  private static let ids = Array(1...1000 as ClosedRange<Int64>)

  /// An export that asks a server with these answers in turn; the last one stays.
  private static func export(
    _ answers: [String], patience: UInt64 = 60_000,
    _ check: @escaping @Sendable (ExportOutcome, [Watermark], TemporaryFolder, SimulatedAPI) -> Void
  ) async throws {
    try await ExportTests.withAPI(ids) { loop, api, folder in
      let left = Locked(answers)
      api.interfere = { request in
        guard request.head.hasPrefix("GET /customers/watermark HTTP"),
          request.head.contains("\r\nX-CUTSOM-AUTH: \(SimulatedAPI.key)")
        else { return nil }
        let answer = left.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        return answer.hasPrefix("{") ? .response("200 OK", answer) : .response(answer)
      }
      let waits = Locked<[Watermark]>([])
      var setup = ExportTests.Setup()
      setup.findEnd = { fetcher in
        try await SettledEndSearch(
          loop: loop, fetcher: fetcher, after: 0, patience: patience,
          onWait: { watermark in waits.withLock { $0.append(watermark) } }
        ).find()
      }
      let outcome = try await ExportTests.export(loop, api.url, folder, setup)
      check(outcome, waits.withLock { $0 }, folder, api)
    }
  }

  @Test func theFileEndsAtTheSettledID() async throws {
    try await Self.export([
      #"{"settled":0,"highest":700,"transactions":2,"loads":0}"#, "503 Service Unavailable",
      #"{"settled":740,"highest":1000,"transactions":1,"loads":1}"#,
    ]) { outcome, waits, folder, api in
      #expect(outcome == .finished)
      #expect(waits == [Watermark(settled: 0, highest: 700, transactions: 2, loads: 0)])
      ExportTests.expectFinished(folder, Array(1...740))
      #expect(api.given <= 740 + 50, "what is beyond the end is not asked for")
    }
  }

  @Test func anEmptyTableIsAFileWithoutRows() async throws {
    try await Self.export([#"{"settled":0,"highest":0,"transactions":0,"loads":0}"#]) {
      outcome, _, folder, _ in
      #expect(outcome == .finished)
      ExportTests.expectFinished(folder, [])
    }
  }

  @Test(arguments: [
    (["404 Not Found"], 1, "--consistent needs"), (["401 No"], 3, "not authorized"),
    (["{}"], 1, "/customers/watermark"),
    ([#"{"settled":0,"highest":5,"transactions":0,"loads":0}"#], 1, "ids up to 0 of 5 are settled"),
  ])
  func withoutAnEndThereIsNoFile(_ answers: [String], _ status: Int32, _ word: String) async throws {
    try await Self.export(answers, patience: 0) { outcome, _, folder, api in
      #expect(outcome.status == status)
      #expect("\(outcome)".contains(word), "\(outcome)")
      #expect(folder.names == [])
      #expect(api.pages == 0)
    }
  }

  @Test func aSignalStopsTheWaiting() async throws {
    try await ExportTests.withAPI(Self.ids) { loop, api, folder in
      let (signals, send) = AsyncStream.makeStream(of: Int32.self)
      api.interfere = { _ in
        send.yield(15)
        return .silence
      }
      var setup = ExportTests.Setup()
      setup.findEnd = { fetcher in
        try await SettledEndSearch(loop: loop, fetcher: fetcher, after: 0, patience: 60_000).find()
      }
      let outcome = try await ExportTests.export(loop, api.url, folder, setup, until: signals)
      #expect(outcome == .stopped(signal: 15))
      #expect(folder.names == [])
    }
  }
}
