import EventLoop
import TestSupport
import Testing

@testable import Exporter

@Suite struct RequestGateTests {
  @Test func whoWaitsIsLetThroughInOrderOrCanceled() async throws {
    try await onLoop { loop in
      let gate = RequestGate(loop, most: 1)
      let first = try await gate.enter()
      let log = Locked<[String]>([])
      let tasks = ["a", "b", "c"].map { name in
        loop.start {
          do {
            let permit = try await gate.enter()
            log.withLock { $0.append(name) }
            gate.leave(permit, .answered)
          } catch {
            log.withLock { $0.append("\(name) canceled") }
          }
        }
      }
      try await loop.sleep(milliseconds: 1)
      #expect(log.withLock { $0 } == [])
      tasks[1].cancel()
      await tasks[1].value
      gate.leave(first, .answered)
      for task in tasks { await task.value }
      #expect(log.withLock { $0 } == ["b canceled", "a", "c"])
      #expect(gate.window.inFlight == 0)
    }
  }

  @Test func theGateOpensAtTheServersTime() async throws {
    try await onLoop { loop in
      let gate = RequestGate(loop, most: 2)
      let begin = loop.now
      gate.leave(try await gate.enter(), .pushedBack(retryAfter: 60))
      let canceled = loop.start { _ = try? await gate.enter() }
      canceled.cancel()
      gate.leave(try await gate.enter(), .answered)
      #expect(loop.now >= begin + 60)
      await canceled.value
    }
  }
}
