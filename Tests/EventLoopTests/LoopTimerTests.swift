import EventLoop
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct LoopTimerTests {
  /// SAFETY: `@unchecked Sendable` since it is touched on one loop alone.
  final class Count: @unchecked Sendable {
    var count = 0
    var timer: LoopTimer?
  }

  @Test func firesOnce() async throws {
    try await onLoop { loop in
      let count = Count()
      let timer = LoopTimer(loop) { count.count += 1 }
      defer { timer.close() }
      let began = loop.now
      timer.start(after: 20)
      try await loop.eventually("it fires") { count.count == 1 }
      #expect(loop.now - began >= 20)
      try await loop.sleep(milliseconds: 50)
      #expect(count.count == 1)
    }
  }

  @Test func firesAgainAndAgainUntilItIsStopped() async throws {
    try await onLoop { loop in
      let count = Count()
      let timer = LoopTimer(loop) { count.count += 1 }
      defer { timer.close() }
      timer.start(after: 1, every: 1)
      try await loop.eventually("it fires") { count.count >= 5 }
      timer.stop()
      let stopped = count.count
      try await loop.sleep(milliseconds: 20)
      #expect(count.count == stopped)
      timer.start(after: 1)
      try await loop.eventually("it fires anew") { count.count == stopped + 1 }
    }
  }

  @Test func mayCloseItself() async throws {
    try await onLoop { loop in
      let count = Count()
      count.timer = LoopTimer(loop) {
        count.count += 1
        count.timer?.close()
        count.timer = nil
      }
      count.timer?.start(after: 1, every: 1)
      try await loop.eventually("it fires") { count.count == 1 }
      try await loop.sleep(milliseconds: 10)
      #expect(count.count == 1)
    }
  }

  @Test func afterItsEndNothingHappens() async throws {
    try await onLoop { loop in
      let count = Count()
      let timer = LoopTimer(loop) { count.count += 1 }
      timer.start(after: 0)
      timer.close()
      timer.close()
      timer.start(after: 0)
      timer.stop()
      try await loop.sleep(milliseconds: 10)
      #expect(count.count == 0)
    }
  }
}
