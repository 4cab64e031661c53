import EventLoop
import TestSupport
import Testing

/// How tasks and actors of a loop run.
@Suite(.timeLimit(.minutes(5))) struct ExecutorTests {
  /// SAFETY: `@unchecked Sendable` since it is touched on one loop alone.
  final class Lines: @unchecked Sendable {
    var lines: [String] = []

    func outer(_ name: String) async {
      lines.append("\(name) begins")
      for _ in 0..<3 { await inner() }
      lines.append("\(name) ends")
    }

    func inner() async { await innermost() }

    func innermost() async {}
  }

  /// Were each call and return a job of its own, the two would take turns, and each request would pay for it.
  @Test func aCallThatDoesNotWaitIsNoJobOfItsOwn() async throws {
    let lines = Lines()
    try await onLoop { loop in
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await lines.outer("one") }
        group.addTask { await lines.outer("two") }
      }
      #expect(loop.isCurrent)
    }
    #expect(lines.lines == ["one begins", "one ends", "two begins", "two ends"])
  }

  actor Counter {
    private let executor: LoopActorExecutor
    private(set) var count = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ loop: Loop) { executor = LoopActorExecutor(loop) }

    func add(on loop: Loop) -> Bool {
      count += 1
      return loop.isCurrent
    }
  }

  @Test func anActorMayLiveOnALoop() async throws {
    try await onLoop { loop in
      let counter = Counter(loop)
      await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<100 { group.addTask { await counter.add(on: loop) } }
        for await wasOnLoop in group { #expect(wasOnLoop) }
      }
      #expect(loop.isCurrent)
      #expect(await counter.count == 100)
    }
  }

  @Test func anActorOfALoopIsReachedFromElsewhere() async throws {
    let thread = try Loop.start(name: "test")
    let counter = Counter(thread.loop)
    #expect(await counter.add(on: thread.loop))
    #expect(await counter.count == 1)
    #expect(thread.stop() == [])
  }

  @Test func childrenStayOnTheLoop() async throws {
    try await onLoop { loop in
      async let isCurrent = loop.isCurrent
      #expect(await isCurrent)
      // Off the loop and back.
      await Task.detached {}.value
      #expect(loop.isCurrent)
    }
  }

  /// The thread may not have come up yet; it must not be mistaken for the one that started it.
  @Test func workIsTakenFromTheFirstMoment() async throws {
    for _ in 0..<100 {
      let thread = try Loop.start(name: "test")
      let loop = thread.loop
      #expect(!loop.isCurrent)
      #expect(try await loop.run { loop.isCurrent })
      #expect(thread.stop() == [])
    }
  }

  @Test func workForALoopThatHasEndedIsDropped() async throws {
    let thread = try Loop.start(name: "test")
    #expect(thread.stop() == [])
    for _ in 0..<100 { thread.loop.execute { Issue.record("nobody is there to do this") } }
  }

  @Test func aCallOnTheLoopRunsAtOnce() async throws {
    try await onLoop { loop in
      let lines = Lines()
      loop.execute {
        lines.lines.append("outer")
        loop.execute { lines.lines.append("inner") }
      }
      #expect(lines.lines == ["outer", "inner"])
    }
  }

  @Test func whatAsksForTheEndOfATurnDuringItGetsAnother() async throws {
    try await onLoop { loop in
      let lines = Lines()
      loop.atEndOfTurn {
        lines.lines.append("first")
        loop.atEndOfTurn { lines.lines.append("second") }
      }
      try await loop.sleep(milliseconds: 1)
      #expect(lines.lines == ["first", "second"])
    }
  }
}
