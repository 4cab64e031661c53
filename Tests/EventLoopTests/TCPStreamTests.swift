import EventLoop
import TestSupport
import Testing

/// What is known of a stream from outside.
@Suite(.timeLimit(.minutes(5))) struct TCPStreamTests {
  /// SAFETY: `@unchecked Sendable` since it is touched on one loop alone.
  final class Sum: @unchecked Sendable {
    var sum = 0
  }

  let pair = TCPTests()
  static let large = [UInt8](repeating: 0x78, count: 16 << 20)

  @Test func bytesThatAreNotReadYetAreKnown() async throws {
    try await pair.withPair { loop, client, server in
      #expect(!server.hasUnreadInput)
      Array("x".utf8).withUnsafeBytes { client.write($0) }
      // In the kernel: nobody reads this stream.
      try await loop.eventually("it has arrived") { server.hasUnreadInput }
      #expect(server.inbound.count == 0)
      try await server.readMore()
      #expect(server.hasUnreadInput)
      server.inbound.removeAll()
      #expect(!server.hasUnreadInput)
      client.finishWriting()
      await #expect(throws: UVError.endOfFile) { try await server.readMore() }
      #expect(!server.hasUnreadInput)
      server.close()
      #expect(!server.hasUnreadInput)
    }
  }

  /// The kernel takes megabytes at a time; what the peer has acknowledged goes down in small steps.
  @Test func aSlowReadersProgressIsSeen() async throws {
    try await pair.withPair(inboundLimit: 1) { loop, client, server in
      Self.large.withUnsafeBytes { client.write($0) }
      #expect(client.pendingBytes > 0)
      var last = client.unacknowledgedBytes
      #expect(last >= client.pendingBytes)
      var steps = 0
      var taken = 0
      while taken < Self.large.count {
        try await server.readMore()
        taken += server.inbound.count
        server.inbound.removeAll()
        let left = client.unacknowledgedBytes
        #expect(left <= last)
        if left < last { steps += 1 }
        last = left
      }
      try await client.drain()
      try await loop.eventually("all is acknowledged") { client.unacknowledgedBytes == 0 }
      #expect(steps >= 8)
    }
  }

  @Test func pendingBytesAreGivenBackByAClose() async throws {
    let sum = Sum()
    try await pair.withPair { loop, client, _ in
      client.onPendingChange = { sum.sum += $0 }
      Self.large.withUnsafeBytes { client.write($0) }
      #expect(sum.sum > 0 && sum.sum == client.pendingBytes)
      client.close()
      try await loop.eventually("all is given back") { sum.sum == 0 }
      await #expect(throws: UVError.self) { try await client.drain() }
    }
  }

  @Test func aWriteToAPeerThatIsGoneFails() async throws {
    try await pair.withPair { loop, client, server in
      server.close()
      await #expect(throws: UVError.endOfFile) { try await client.readMore() }
      try await loop.eventually("the failure is noticed") {
        Self.large.withUnsafeBytes { client.write($0) }
        return client.pendingBytes == 0
      }
      await #expect(throws: UVError.self) { try await client.drain() }
    }
  }

  @Test func aClosedStreamTakesAndGivesNothing() async throws {
    try await pair.withPair { _, client, server in
      client.close()
      client.close()
      Array("x".utf8).withUnsafeBytes { client.write($0) }
      client.finishWriting()
      #expect(client.pendingBytes == 0 && client.unacknowledgedBytes == 0)
      await #expect(throws: UVError.canceled) { try await client.readMore() }
      await #expect(throws: UVError.endOfFile) { try await server.readMore() }
    }
  }

  @Test func aWaitCanBeEndedFromOutside() async throws {
    try await pair.withPair { _, _, server in
      // Where nobody waits it does nothing.
      server.endWait(with: .timedOut)
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await #expect(throws: UVError.timedOut) { try await server.readMore() } }
        group.addTask { server.endWait(with: .timedOut) }
      }
    }
  }

  @Test func everybodyWhoWaitsForTheEndOfAWriteIsWoken() async throws {
    try await pair.withPair { _, client, server in
      Self.large.withUnsafeBytes { client.write($0) }
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<3 {
          group.addTask { await #expect(throws: UVError.self) { try await client.drain() } }
        }
        group.addTask { client.close() }
      }
      _ = server
    }
  }
}
