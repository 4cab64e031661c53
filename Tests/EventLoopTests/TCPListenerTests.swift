import EventLoop
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct TCPListenerTests {
  /// SAFETY: `@unchecked Sendable` since it is touched on one loop alone.
  final class Count: @unchecked Sendable {
    var count = 0
  }

  static func listening(
    _ loop: Loop, _ count: Count, _ body: (TCPListener, SocketAddress) async throws -> Void
  ) async throws {
    let any = try #require(try await loop.resolve(host: "127.0.0.1", port: 0).first)
    let listener = try TCPListener(loop, on: any) {
      count.count += 1
      $0.close()
    }
    defer { listener.close() }
    try await body(listener, try #require(listener.address))
  }

  static func connect(_ loop: Loop, _ address: SocketAddress, times: Int) async throws {
    for _ in 0..<times { try await TCPStream.connect(loop, to: address).close() }
  }

  @Test func whileItPausesClientsWaitAndThenAllAreTaken() async throws {
    try await onLoop { loop in
      let count = Count()
      try await Self.listening(loop, count) { listener, address in
        listener.isPaused = true
        try await Self.connect(loop, address, times: 5)
        try await loop.sleep(milliseconds: 20)
        #expect(count.count == 0)
        listener.isPaused = false
        try await loop.eventually("all are taken") { count.count == 5 }
        try await Self.connect(loop, address, times: 5)
        try await loop.eventually("the next ones too") { count.count == 10 }
      }
      #expect(try Descriptors.count(ofPort: 1) == 0)
    }
  }

  @Test func aDrainWhileItPausesTakesAllThatWait() async throws {
    try await onLoop { loop in
      let count = Count()
      try await Self.listening(loop, count) { listener, address in
        listener.isPaused = true
        try await Self.connect(loop, address, times: 5)
        // One of them is with libuv already, the others are with the kernel.
        try await loop.sleep(milliseconds: 20)
        listener.drainAndClose()
        #expect(count.count == 5)
        await #expect(throws: UVError.self) { try await Self.connect(loop, address, times: 1) }
        listener.drainAndClose()
        #expect(try Descriptors.count(ofPort: address.port) == 0)
      }
    }
  }

  @Test func aPortThatIsTakenIsRefused() async throws {
    try await onLoop { loop in
      try await Self.listening(loop, Count()) { _, address in
        let error = #expect(throws: UVError.self) { try TCPListener(loop, on: address) { $0.close() } }
        #expect(error?.name == "EADDRINUSE")
        #expect(throws: UVError.self) { try TCPListener.requireFree(loop, address) }
      }
    }
  }

  @Test func aPortMayBeShared() async throws {
    try await onLoop { loop in
      let count = Count()
      let any = try #require(try await loop.resolve(host: "127.0.0.1", port: 0).first)
      let one = try TCPListener(loop, on: any, reusePort: true) {
        count.count += 1
        $0.close()
      }
      defer { one.close() }
      let address = try #require(one.address)
      let two = try TCPListener(loop, on: address, reusePort: true) {
        count.count += 1
        $0.close()
      }
      defer { two.close() }
      try await Self.connect(loop, address, times: 20)
      try await loop.eventually("both together take all") { count.count == 20 }
    }
  }

  @Test func addressesAreReadable() async throws {
    try await onLoop { loop in
      let four = try #require(try await loop.resolve(host: "127.0.0.1", port: 5000).first)
      #expect(four.description == "127.0.0.1:5000")
      let six = try #require(try await loop.resolve(host: "::1", port: 80).first)
      #expect(six.description == "[::1]:80" && six.port == 80)
      let error = await #expect(throws: UVError.self) {
        _ = try await loop.resolve(host: "a..invalid", port: 1)
      }
      #expect(error?.name.hasPrefix("EAI_") == true)
      #expect(error?.description.hasPrefix("getaddrinfo: EAI_") == true)
    }
  }
}
