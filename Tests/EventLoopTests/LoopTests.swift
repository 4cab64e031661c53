import EventLoop
import Glibc
import TestSupport
import Testing

@Suite struct LoopTests {
  @Test func runsOnItsOwnThreadAndStaysThere() async throws {
    try await onLoop { loop in
      #expect(loop.isCurrent)
      try await loop.sleep(milliseconds: 1)
      #expect(loop.isCurrent)
      await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<10 { group.addTask { loop.isCurrent } }
        for await onLoop in group { #expect(onLoop) }
      }
    }
  }

  @Test func aCanceledSleepEndsAtOnce() async throws {
    try await onLoop { loop in
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          await #expect(throws: CancellationError.self) { try await loop.sleep(milliseconds: 1_000_000) }
        }
        group.cancelAll()
      }
    }
  }

  @Test func cancellationFromAnotherThreadArrives() async throws {
    let thread = try Loop.start(name: "test")
    let loop = thread.loop
    let task = Task {
      try await loop.run { try await loop.sleep(milliseconds: 1_000_000) }
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(thread.stop().isEmpty)
  }

  @Test func offloadedWorkRunsElsewhereAndComesBack() async throws {
    struct Broken: Error {}
    try await onLoop { loop in
      let wasOnLoop = try await loop.offload { loop.isCurrent }
      #expect(!wasOnLoop)
      #expect(loop.isCurrent)
      await #expect(throws: Broken.self) { try await loop.offload { throw Broken() } }
    }
  }

  /// The thread goes on, and may go on to something else.
  @Test func nobodyIsOnALoopThatHasEnded() throws {
    let ended = Locked<Loop?>(nil)
    #expect(
      Loop.main { loop in
        ended.withLock { $0 = loop }
        return loop.isCurrent ? 7 : 0
      } == 7)
    let loop = try #require(ended.withLock { $0 })
    #expect(!loop.isCurrent)
    loop.execute { Issue.record("nobody is there to do this") }
  }

  @Test func theEndOfATurnComesOnceAndAfterTheJobs() async throws {
    try await onLoop { loop in
      let log = Log()
      loop.atEndOfTurn { log.lines.append("end") }
      await withTaskGroup(of: Void.self) { group in
        for index in 0..<3 { group.addTask { log.lines.append("job \(index)") } }
      }
      try await loop.sleep(milliseconds: 1)
      #expect(log.lines == ["job 0", "job 1", "job 2", "end"])
    }
  }

  @Test func callsFromManyThreadsAllArrive() async throws {
    try await onLoop { loop in
      let log = Log()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 {
          group.addTask {
            try await loop.offload {
              for _ in 0..<1000 { loop.execute { log.count += 1 } }
            }
          }
        }
        try await group.waitForAll()
      }
      // Everything that was posted before the pool's last answer runs before a later turn.
      try await loop.sleep(milliseconds: 5)
      #expect(log.count == 8000)
    }
  }
}

/// SAFETY: `@unchecked Sendable` since it is touched on one loop alone.
private final class Log: @unchecked Sendable {
  var lines: [String] = []
  var count = 0

  /// Callbacks and jobs, and what they left for the end of the turn.
  @Test func theLongestTurnIsKnown() async throws {
    try await onLoop { loop in
      for atEnd in [false, true] {
        loop.resetLongestTurn()
        if atEnd {
          loop.atEndOfTurn { usleep(30_000) }
        } else {
          usleep(30_000)
        }
        // The measure is taken when the turn is over.
        try await loop.sleep(milliseconds: 1)
        #expect(loop.longestTurn >= 25, "at the end: \(atEnd)")
        // What blocks is no want of a processor, though there may be some besides.
        #expect(loop.longestBlock > 0 && loop.longestBlock <= loop.longestTurn, "at the end: \(atEnd)")
      }
    }
  }
}
