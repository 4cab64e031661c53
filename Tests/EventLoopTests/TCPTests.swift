import Bytes
import EventLoop
import TestSupport
import Testing

@Suite struct TCPTests {
  /// SAFETY: `@unchecked Sendable` since it is touched on one loop alone.
  final class Box: @unchecked Sendable {
    var stream: TCPStream?
    var count = 0
  }

  func withPair(
    inboundLimit: Int = 4096, _ body: @escaping @Sendable (Loop, TCPStream, TCPStream) async throws -> Void
  ) async throws {
    try await onLoop { loop in
      let box = Box()
      let address = try #require(try await loop.resolve(host: "127.0.0.1", port: 0).first)
      let listener = try TCPListener(loop, on: address, inboundLimit: inboundLimit) { box.stream = $0 }
      defer { listener.close() }
      let client = try await TCPStream.connect(loop, to: try #require(listener.address))
      defer { client.close() }
      while box.stream == nil { try await loop.sleep(milliseconds: 1) }
      let server = try #require(box.stream)
      defer { server.close() }
      try await body(loop, client, server)
    }
  }

  @Test func bytesArriveAndTheEndIsSeen() async throws {
    try await withPair { _, client, server in
      Array("hello".utf8).withUnsafeBytes { client.write($0, $0) }
      while server.inbound.count < 10 { try await server.readMore() }
      #expect(server.inbound.text() == "hellohello")
      client.finishWriting()
      await #expect(throws: UVError.endOfFile) { try await server.readMore() }
    }
  }

  @Test func aSlowReaderHoldsTheWriterAndNothingIsLost() async throws {
    let total = 8 << 20
    try await withPair { loop, client, server in
      let block = [UInt8](unsafeUninitializedCapacity: total) { buffer, count in
        for index in 0..<total { buffer[index] = UInt8(truncatingIfNeeded: index &* 31) }
        count = total
      }
      block.withUnsafeBytes { client.write($0) }
      #expect(client.pendingBytes > 0)
      try await loop.sleep(milliseconds: 20)
      #expect(client.pendingBytes > 0, "the kernel cannot have taken all of it")
      async let drained: Void = client.drain()
      var seen = 0
      while seen < total {
        try await server.readMore()
        #expect(server.inbound.count <= 4096 + 65_536)
        server.inbound.withBytes { bytes in
          for (offset, byte) in bytes.enumerated()
          where byte != UInt8(truncatingIfNeeded: (seen + offset) &* 31) {
            Issue.record("wrong byte at \(seen + offset)")
            return
          }
        }
        seen += server.inbound.count
        server.inbound.removeAll()
      }
      try await drained
      #expect(client.pendingBytes == 0)
    }
  }

  @Test func closingWakesWhoWaits() async throws {
    try await withPair { _, client, server in
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await #expect(throws: UVError.canceled) { try await server.readMore() } }
        group.addTask { server.close() }
      }
      await #expect(throws: UVError.endOfFile) { try await client.readMore() }
    }
  }

  @Test func aCanceledTaskClosesWhatItSaysItWould() async throws {
    try await withPair { _, _, server in
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          await #expect(throws: UVError.canceled) {
            try await server.closingOnCancel { try await server.readMore() }
          }
        }
        group.cancelAll()
      }
    }
  }

  @Test func aRefusedConnectionNamesItsError() async throws {
    try await onLoop { loop in
      let free = try #require(try await loop.resolve(host: "127.0.0.1", port: 1).first)
      let error = await #expect(throws: UVError.self) { _ = try await TCPStream.connect(loop, to: free) }
      #expect(error?.name == "ECONNREFUSED")
    }
  }

  @Test func drainingTakesWhatWaitsInTheQueue() async throws {
    try await onLoop { loop in
      let box = Box()
      let address = try #require(try await loop.resolve(host: "127.0.0.1", port: 0).first)
      let listener = try TCPListener(loop, on: address) {
        box.count += 1
        $0.close()
      }
      listener.isPaused = true
      var clients: [TCPStream] = []
      for _ in 0..<5 { clients.append(try await TCPStream.connect(loop, to: try #require(listener.address))) }
      listener.drainAndClose()
      #expect(box.count == 5)
      for client in clients { client.close() }
    }
  }
}
