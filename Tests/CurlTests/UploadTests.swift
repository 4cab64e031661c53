import Bytes
import EventLoop
import TestSupport
import Testing

@testable import Curl

/// Bodies that are made while they are sent.
@Suite struct UploadTests {
  /// SAFETY: `@unchecked Sendable` since it is used on one loop alone.
  final class Maker: @unchecked Sendable {
    var made = 0
    var wasCanceled = false
  }

  struct Broken: Error {}

  private func withServer(
    script: @escaping @Sendable (ScriptedServer.Request) async -> ScriptedServer.Answer,
    _ body: @escaping @Sendable (Loop, HTTPClient, ScriptedServer) async throws -> Void
  ) async throws {
    try await onLoop { loop in
      let server = try await ScriptedServer(loop, script: script)
      defer { server.close() }
      let client = try HTTPClient(loop)
      defer { client.close() }
      try await body(loop, client, server)
      #expect(client.running == 0)
    }
  }

  /// Pieces of very different sizes, each made only after a rest, go up whole and in order.
  @Test(arguments: [[0], [1], [5, 200_000, 1, 70_000, 3]])
  func piecesGoUpInOrder(_ sizes: [Int]) async throws {
    try await withServer { request in
      #expect(request.head.contains("\r\nExpect: 100-continue"))
      return .response("200 OK", request.body)
    } _: { loop, client, server in
      let wanted = sizes.enumerated().map { String(repeating: "\($0.offset % 10)", count: $0.element) }
        .joined()
      let maker = Maker()
      let upload = Upload(length: wanted.utf8.count) { piece in
        try await loop.sleep(milliseconds: 1)
        guard maker.made < sizes.count, sizes[maker.made] > 0 else { return false }
        piece.append(text: String(repeating: "\(maker.made % 10)", count: sizes[maker.made]))
        maker.made += 1
        return true
      }
      let buffer = ReceiveBuffer()
      let request = HTTPRequest(.post, server.url, maximumBytes: 1 << 20)
      let response = try await client.send(request, uploading: upload, into: buffer)
      #expect(response.status == 200)
      let isSame = buffer.bytes.text() == wanted
      #expect(isSame)
    }
  }

  @Test func aMakerThatFailsEndsTheRequest() async throws {
    try await withServer { _ in
      .response("200 OK")
    } _: { _, client, server in
      let upload = Upload(length: 100) { piece in
        if !piece.isEmpty { return false }
        throw Broken()
      }
      await #expect(throws: Broken.self) {
        _ = try await client.send(HTTPRequest(.post, server.url), uploading: upload, into: ReceiveBuffer())
      }
    }
  }

  /// Nobody takes it: two pieces are made and no more.
  @Test func aServerThatTakesNothingHoldsTheMaker() async throws {
    try await onLoop { loop in
      let any = try #require(try await loop.resolve(host: "127.0.0.1", port: 0).first)
      let taken = TakenStreams()
      let listener = try TCPListener(loop, on: any, inboundLimit: 1) { taken.streams.append($0) }
      defer {
        listener.close()
        for stream in taken.streams { stream.close() }
      }
      let client = try HTTPClient(loop)
      defer { client.close() }
      let maker = Maker()
      let upload = Upload(length: 1 << 30) { piece in
        piece.appendUnsafe(room: 1 << 20) { $0.initializeMemory(as: UInt8.self, repeating: 0x61).count }
        maker.made += 1
        return true
      }
      let url = "http://\(try #require(listener.address))"
      await #expect(throws: CancellationError.self) {
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            _ = try await client.send(HTTPRequest(.post, url), uploading: upload, into: ReceiveBuffer())
          }
          group.addTask {
            var before = -1
            while maker.made == 0 || maker.made > before {
              before = maker.made
              try await loop.sleep(milliseconds: 1200)
            }
            throw CancellationError()
          }
          defer { group.cancelAll() }
          while try await group.next() != nil {}
        }
      }
      // What the kernel holds, and two pieces of ours.
      #expect(maker.made >= 1 && maker.made < 32, "\(maker.made)")
      #expect(client.running == 0)
    }
  }

  /// SAFETY: `@unchecked Sendable` since it is used on one loop alone.
  final class TakenStreams: @unchecked Sendable {
    var streams: [TCPStream] = []
  }
}
