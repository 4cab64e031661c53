import EventLoop
import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct PollTests {
  /// SAFETY: `@unchecked Sendable` since it is touched on one loop alone.
  final class Seen: @unchecked Sendable {
    var events: [Poll.Events] = []
    var errors: [UVError] = []
  }

  static func socketPair() throws -> (Int32, Int32) {
    var pair: [Int32] = [0, 0]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
    return (pair[0], pair[1])
  }

  @Test func saysWhatItWasAskedFor() async throws {
    try await onLoop { loop in
      let (near, far) = try Self.socketPair()
      defer {
        close(near)
        close(far)
      }
      let seen = Seen()
      let poll = try Poll(loop, descriptor: near) { result in
        switch result {
        case .success(let events): seen.events.append(events)
        case .failure(let error): seen.errors.append(error)
        }
      }
      defer { poll.close() }
      try poll.watch(.readable)
      try await loop.sleep(milliseconds: 10)
      #expect(seen.events == [])
      write(far, "x", 1)
      try await loop.eventually("it is readable") { seen.events.contains(.readable) }
      try poll.watch([])
      seen.events = []
      try await loop.sleep(milliseconds: 10)
      #expect(seen.events == [])
      try poll.watch(.writable)
      try await loop.eventually("it is writable") { seen.events.contains(.writable) }
      #expect(seen.errors == [])
    }
  }

  @Test func anEndIsReadable() async throws {
    try await onLoop { loop in
      let (near, far) = try Self.socketPair()
      defer { close(near) }
      let seen = Seen()
      let poll = try Poll(loop, descriptor: near) { result in
        if case .success(let events) = result { seen.events.append(events) }
      }
      defer { poll.close() }
      try poll.watch(.readable)
      close(far)
      try await loop.eventually("the end is seen") { seen.events.contains { $0.contains(.readable) } }
    }
  }

  @Test func whatCannotBePolledIsRefused() async throws {
    try await onLoop { loop in
      #expect(throws: UVError.self) { try Poll(loop, descriptor: -1) { _ in } }
      let file = open("/proc/self/status", O_RDONLY)
      defer { close(file) }
      let error = #expect(throws: UVError.self) { try Poll(loop, descriptor: file) { _ in } }
      #expect(error?.name == "EPERM")
    }
  }

  @Test func afterItsEndNothingHappens() async throws {
    try await onLoop { loop in
      let (near, far) = try Self.socketPair()
      defer {
        close(near)
        close(far)
      }
      let poll = try Poll(loop, descriptor: near) { _ in Issue.record("it is closed") }
      try poll.watch(.readable)
      write(far, "x", 1)
      poll.close()
      try poll.watch([.readable, .writable])
      try await loop.sleep(milliseconds: 10)
    }
  }
}
