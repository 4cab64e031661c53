import EventLoop
import Foundation
import TestSupport
import Testing

@testable import ODBC

/// The thread and the loop, and who waits for whom.
@Suite struct FeedTests {
  private func waitForEnd(_ threads: ODBCThreads, on loop: Loop) async throws {
    try await loop.eventually("all threads end") { threads.running == 0 }
  }

  @Test func allComesInOrderAndThenTheEnd() async throws {
    try await onLoop { loop in
      let threads = ODBCThreads(limit: 1)
      let feed = try ODBCFeed<Int>(loop, ahead: 3, threads) { outlet in
        for number in 0..<5000 { try outlet.put(number) }
      }
      for number in 0..<5000 { #expect(try await feed.next(within: 20_000) == number) }
      #expect(try await feed.next(within: 20_000) == nil)
      #expect(try await feed.next(within: 20_000) == nil)
      try await self.waitForEnd(threads, on: loop)
    }
  }

  @Test func theThreadIsNeverFurtherAheadThanTold() async throws {
    try await onLoop { loop in
      let threads = ODBCThreads(limit: 1)
      let made = Locked(0)
      let feed = try ODBCFeed<Int>(loop, ahead: 2, threads) { outlet in
        while true {
          made.withLock { $0 += 1 }
          try outlet.put(0)
        }
      }
      for taken in 1...50 {
        _ = try await feed.next(within: 20_000)
        // Two lie there, one is in the thread's hand.
        try await loop.eventually("the thread is as far as it may") { made.withLock { $0 } == taken + 3 }
        try await loop.sleep(milliseconds: 1)
        #expect(made.withLock { $0 } == taken + 3)
      }
      feed.abandon()
      try await self.waitForEnd(threads, on: loop)
    }
  }

  @Test func anErrorComesBehindWhatWasMadeBefore() async throws {
    struct Broken: Error {}
    try await onLoop { loop in
      let feed = try ODBCFeed<Int>(loop, ahead: 2, ODBCThreads(limit: 1)) { outlet in
        try outlet.put(1)
        throw Broken()
      }
      #expect(try await feed.next(within: 20_000) == 1)
      await #expect(throws: Broken.self) { try await feed.next(within: 20_000) }
    }
  }

  @Test func silenceIsMeasuredFromTheLastSign() async throws {
    try await onLoop { loop in
      let threads = ODBCThreads(limit: 1)
      let hangs = DispatchSemaphore(value: 0)
      let feed = try ODBCFeed<Int>(loop, ahead: 2, threads) { outlet in
        // Each pause is shorter than the limit, all together are longer.
        for _ in 0..<30 {
          usleep(50_000)
          outlet.tick()
        }
        try outlet.put(1)
        hangs.wait()
      }
      #expect(try await feed.next(within: 1200) == 1)
      await #expect(throws: ODBCSilence(milliseconds: 50)) { try await feed.next(within: 50) }
      feed.abandon()
      #expect(threads.running == 1)
      hangs.signal()
      try await self.waitForEnd(threads, on: loop)
    }
  }

  @Test func threadsThatHangDoNotBecomeMore() async throws {
    try await onLoop { loop in
      let threads = ODBCThreads(limit: 2)
      let hangs = DispatchSemaphore(value: 0)
      for _ in 0..<2 {
        let feed = try ODBCFeed<Int>(loop, ahead: 1, threads) { _ in hangs.wait() }
        await #expect(throws: ODBCSilence.self) { try await feed.next(within: 1) }
        feed.abandon()
      }
      #expect(throws: ODBCThreadsError.tooMany(2)) { try ODBCFeed<Int>(loop, ahead: 1, threads) { _ in } }
      for _ in 0..<2 { hangs.signal() }
      try await self.waitForEnd(threads, on: loop)
      #expect(try await ODBCFeed<Int>(loop, ahead: 1, threads) { _ in }.next(within: 20_000) == nil)
    }
  }

  /// To tell a thread to stop may take as long as the thread itself; both together are one of those that are counted.
  @Test func whoTellsAThreadToStopSharesItsPlace() async throws {
    try await onLoop { loop in
      let threads = ODBCThreads(limit: 1)
      let (reads, stops) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
      let place = try threads.start("reads") { reads.wait() }
      place.start("stops") { stops.wait() }
      place.start("stops") { Issue.record("one is enough") }
      #expect(threads.running == 2)
      reads.signal()
      try await loop.eventually("one ends") { threads.running == 1 }
      #expect(throws: ODBCThreadsError.tooMany(1)) { _ = try threads.start("reads") {} }
      stops.signal()
      try await self.waitForEnd(threads, on: loop)
      let next = try threads.start("reads") {}
      try await self.waitForEnd(threads, on: loop)
      next.start("stops") { Issue.record("there is nobody to be told") }
      #expect(threads.running == 0)
    }
  }

  @Test func aCanceledTaskStopsWaiting() async throws {
    try await onLoop { loop in
      let threads = ODBCThreads(limit: 1)
      let hangs = DispatchSemaphore(value: 0)
      let feed = try ODBCFeed<Int>(loop, ahead: 1, threads) { _ in hangs.wait() }
      await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { _ = try await feed.next(within: 60_000) }
        group.cancelAll()
        await #expect(throws: CancellationError.self) { try await group.next() }
      }
      feed.abandon()
      hangs.signal()
      try await self.waitForEnd(threads, on: loop)
    }
  }

  /// A server that still listens confirms that it was told to stop, long before the driver's own time limit.
  @Test func abandoningEndsACallThatWaits() async throws {
    try await onLoop { loop in
      try await TDSServer.with(
        loop, "CREATE TABLE dbo.t (id INT); INSERT INTO dbo.t VALUES (1), (2);", mood: "mute:1"
      ) {
        server in
        let threads = ODBCThreads(limit: 1)
        let string = try Sources.tds(server)
        let feed = try ODBCFeed<Int>(loop, ahead: 1, threads) { outlet in
          let statement = try ODBCStatement(ODBCConnection(ODBCEnvironment(), string, patience: 3600))
          try outlet.guards(statement)
          try statement.execute("SELECT id FROM dbo.t")
          while try statement.fetch() { try outlet.put(statement.rowCount) }
        }
        #expect(try await feed.next(within: 20_000) == 1)
        await #expect(throws: ODBCSilence.self) { try await feed.next(within: 20) }
        feed.abandon()
        try await self.waitForEnd(threads, on: loop)
      }
    }
  }
}
