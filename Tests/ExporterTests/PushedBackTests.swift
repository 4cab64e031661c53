import EventLoop
import TestSupport
import Testing

@testable import Exporter

/// A server that has too much to do gets fewer requests at once, and all of them again when it is well.
@Suite struct PushedBackTests {
  @Test func aServerThatTakesTwoAtOnceIsNotPressed() async throws {
    let ids = Array(1...4000 as ClosedRange<Int64>)
    try await ExportTests.withAPI(ids) { loop, api, folder in
      let open = Locked(0)
      let refused = Locked(0)
      api.interfere = { _ in
        let count = open.withLock { open in
          open += 1
          return open
        }
        defer { open.withLock { $0 -= 1 } }
        if count > 2 {
          refused.withLock { $0 += 1 }
          return .response(
            refused.withLock { $0 } % 2 == 0 ? "429 Too Many Requests" : "503 Service Unavailable")
        }
        // The others come while this one is answered.
        try? await loop.sleep(milliseconds: 2)
        return nil
      }
      try await ExportTests.finish(loop, api, folder, ids, ExportTests.Setup(concurrency: 16, records: 20))
      // Sixteen at once would be turned away as often as they are answered, and more.
      #expect(refused.withLock { $0 } < 150, "\(refused.withLock { $0 }) refusals for 200 pages")
      #expect(refused.withLock { $0 } > 5)
    }
  }

  /// Long after the last refusal nobody gets an answer before the whole window is on its way at the same time; if it
  /// had stayed smaller, this would not end.
  @Test func theWindowOpensAgain() async throws {
    let ids = Array(1...8000 as ClosedRange<Int64>)
    try await ExportTests.withAPI(ids) { loop, api, folder in
      let held = Locked<[CheckedContinuation<Void, Never>]>([])
      let isMet = Locked(false)
      api.interfere = { request in
        if request.number > 20, request.number < 60 {
          return .response("503 Service Unavailable", headers: ["Retry-After: 0"])
        }
        guard request.number > 250, !isMet.withLock({ $0 }) else { return nil }
        if held.withLock({ $0.count }) == 7 {
          isMet.withLock { $0 = true }
          for waiting in held.withLock({ $0 }) { waiting.resume() }
        } else {
          await withCheckedContinuation { waiting in held.withLock { $0.append(waiting) } }
        }
        return nil
      }
      try await ExportTests.finish(loop, api, folder, ids, ExportTests.Setup(concurrency: 8, records: 20))
      #expect(isMet.withLock { $0 })
    }
  }

  /// While the server's time runs nobody asks, though other requests have room.
  @Test func retryAfterHoldsAllRequestsBack() async throws {
    let ids = Array(1...3000 as ClosedRange<Int64>)
    try await ExportTests.withAPI(ids) { loop, api, folder in
      let held = Locked<[CheckedContinuation<Void, Never>]>([])
      let closedAt = Locked<UInt64?>(nil)
      let early = Locked(0)
      api.interfere = { request in
        if let closed = closedAt.withLock({ $0 }) {
          if loop.now < closed + 1000 { early.withLock { $0 += 1 } }
          return nil
        }
        guard request.number > 30 else { return nil }
        // The whole window is here; one of it is turned away, and only then the others get their pages.
        if held.withLock({ $0.count }) == 7 {
          closedAt.withLock { $0 = loop.now }
          for waiting in held.withLock({ $0 }) { waiting.resume() }
          return .response("429 Too Many Requests", headers: ["Retry-After: 1"])
        }
        await withCheckedContinuation { waiting in held.withLock { $0.append(waiting) } }
        try? await loop.sleep(milliseconds: 50)
        return nil
      }
      try await ExportTests.finish(loop, api, folder, ids, ExportTests.Setup(concurrency: 8, records: 20))
      #expect(closedAt.withLock { $0 } != nil)
      #expect(early.withLock { $0 } == 0)
    }
  }
}
