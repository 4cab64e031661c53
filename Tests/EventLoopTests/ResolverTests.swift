import Foundation
import TestSupport
import Testing

@testable import EventLoop

/// Look-ups that wait for the thread pool, and who waits for them. One after the other, since each holds all of the pool.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ResolverTests {
  /// Runs `body` while no look-up can begin.
  private func withBusyPool(_ body: @escaping @Sendable (Loop, () -> Void) async throws -> Void) async throws
  {
    let threads = ProcessInfo.processInfo.environment["UV_THREADPOOL_SIZE"].flatMap { Int($0) } ?? 4
    try await onLoop { loop in
      let began = Locked(0)
      let hold = DispatchSemaphore(value: 0)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<threads {
          group.addTask {
            try await loop.offload {
              began.withLock { $0 += 1 }
              hold.wait()
            }
          }
        }
        let isFree = Locked(false)
        @Sendable func free() {
          guard !isFree.withLock({ swap(&$0, true) }) else { return }
          for _ in 0..<threads { hold.signal() }
        }
        defer { free() }
        try await loop.eventually("the pool is busy") { began.withLock { $0 } == threads }
        try await body(loop, free)
        free()
        try await group.waitForAll()
      }
    }
  }

  @Test func oneThatHasNotBegunIsTakenBack() async throws {
    try await withBusyPool { loop, _ in
      let task = loop.start {
        await #expect(throws: CancellationError.self) { try await loop.resolve(host: "localhost", port: 1) }
      }
      try await loop.eventually("it waits") { loop.lookups.count == 1 }
      weak let lookup = loop.lookups.values.first
      task.cancel()
      await task.value
      #expect(loop.lookups.isEmpty)
      // libuv holds it until it has given it back.
      try await loop.eventually("it is gone") { lookup == nil }
    }
  }

  @Test func allWhoAskForTheSameWaitForOne() async throws {
    try await withBusyPool { loop, free in
      let found = Locked<[[SocketAddress]]>([])
      func ask() -> Task<Void, Never> {
        loop.start {
          guard let addresses = try? await loop.resolve(host: "localhost", port: 1) else { return }
          found.withLock { $0.append(addresses) }
        }
      }
      var tasks = [ask()]
      try await loop.eventually("the first one waits") { loop.lookups.count == 1 }
      let lookup = loop.lookups.values.first
      tasks += [ask(), ask()]
      let other = loop.start { _ = try? await loop.resolve(host: "localhost", port: 2) }
      try await loop.eventually("all wait") { loop.lookups.count == 2 }
      #expect(loop.lookups.values.contains { $0 === lookup })
      // The others still want it.
      tasks[0].cancel()
      await tasks[0].value
      #expect(loop.lookups.count == 2)
      free()
      for task in tasks + [other] { await task.value }
      #expect(loop.lookups.isEmpty)
      let addresses = found.withLock { $0 }
      #expect(addresses.count == 2 && addresses[0] == addresses[1] && !addresses[0].isEmpty)
    }
  }
}

/// Gives what was there.
private func swap(_ place: inout Bool, _ value: Bool) -> Bool {
  defer { place = value }
  return place
}
