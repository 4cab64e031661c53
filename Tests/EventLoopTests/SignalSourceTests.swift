import EventLoop
import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct SignalSourceTests {
  /// SAFETY: `@unchecked Sendable` since it is touched on one loop alone.
  final class Count: @unchecked Sendable {
    var count = 0
  }

  @Test func everySourceHearsTheSignalUntilItsEnd() async throws {
    // Were no source left when a signal comes, it would end the test run.
    signal(SIGUSR2, SIG_IGN)
    try await onLoop { loop in
      let (one, two) = (Count(), Count())
      let first = try SignalSource(loop, SIGUSR2) { one.count += 1 }
      let second = try SignalSource(loop, SIGUSR2) { two.count += 1 }
      defer { second.close() }
      kill(getpid(), SIGUSR2)
      try await loop.eventually("both hear it") { one.count == 1 && two.count == 1 }
      first.close()
      kill(getpid(), SIGUSR2)
      try await loop.eventually("the other hears it") { two.count == 2 }
      #expect(one.count == 1)
    }
  }

  @Test func whatIsNoSignalIsRefused() async throws {
    try await onLoop { loop in
      let error = #expect(throws: UVError.self) { try SignalSource(loop, 4000) {} }
      #expect(error?.name == "EINVAL")
    }
  }
}
