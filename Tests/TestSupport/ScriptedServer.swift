public import EventLoop

/// A server for tests that does whatever a script says, rude things included.
/// SAFETY: `@unchecked Sendable` since it is used on its loop's thread alone.
public final class ScriptedServer: @unchecked Sendable {
  /// What was asked for.
  public struct Request: Sendable {
    /// The request line and the headers, as they came.
    public let head: String
    /// As many bytes as `Content-Length` says.
    public let body: String
    /// Counts from 1 over all connections.
    public let number: Int
    /// Counts from 1.
    public let connection: Int

    /// What stands between the method and the version.
    public var target: String { String(head.split(separator: " ", maxSplits: 2)[1]) }

    /// A number in the query.
    public func parameter(_ name: String) -> Int64? {
      let query = target.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
      let pair = query.split(separator: "&").first { $0.hasPrefix("\(name)=") }
      return pair.flatMap { Int64($0.dropFirst(name.utf8.count + 1)) }
    }
  }

  /// What to do.
  public enum Answer: Sendable {
    /// Sends these bytes and waits for the next request.
    case send([UInt8])
    /// Sends these bytes and closes the connection.
    case sendAndClose([UInt8])
    /// Leaves the client waiting until it goes away.
    case silence

    /// A whole response.
    public static func response(_ status: String, headers: [String] = [], _ body: [UInt8]) -> Answer {
      let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers
      return .send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }

    /// A whole response with a text for a body.
    public static func response(_ status: String, headers: [String] = [], _ body: String = "") -> Answer {
      response(status, headers: headers, Array(body.utf8))
    }
  }

  private let loop: Loop
  private var listener: TCPListener?
  private var streams: [TCPStream] = []
  private let script: @Sendable (Request) async -> Answer
  /// Requests that were read.
  public private(set) var requests = 0
  /// Connections that were made.
  public private(set) var connections = 0

  /// A server on a port of its own at 127.0.0.1.
  public init(_ loop: Loop, script: @escaping @Sendable (Request) async -> Answer) async throws {
    self.loop = loop
    self.script = script
    let addresses = try await loop.resolve(host: "127.0.0.1", port: 0)
    // SAFETY (unowned): `close` ends the listener before this object goes.
    listener = try addresses.first.map {
      try TCPListener(loop, on: $0, inboundLimit: 8 << 20) { [unowned self] stream in accept(stream) }
    }
  }

  /// Where it listens: `http://127.0.0.1:43210`.
  public var url: String { "http://\(listener?.address.map(\.description) ?? "nowhere")" }

  /// Closes everything.
  public func close() {
    listener?.close()
    listener = nil
    dropConnections()
  }

  /// Closes the connections, as a server does that restarts.
  public func dropConnections() {
    for stream in streams { stream.close() }
    streams = []
  }

  private func accept(_ stream: TCPStream) {
    streams.append(stream)
    connections += 1
    let connection = connections
    loop.start { [self] in await serve(stream, connection) }
  }

  private func serve(_ stream: TCPStream, _ connection: Int) async {
    while let request = await read(stream, connection) {
      switch await script(request) {
      case .send(let bytes):
        bytes.withUnsafeBytes { stream.write($0) }
      case .sendAndClose(let bytes):
        bytes.withUnsafeBytes { stream.write($0) }
        _ = try? await stream.drain()
        stream.close()
      case .silence: break
      }
    }
    stream.close()
  }

  private func read(_ stream: TCPStream, _ connection: Int) async -> Request? {
    let end = Array("\r\n\r\n".utf8)
    while true {
      let text = stream.inbound.withBytes { Array($0) }
      if let split = text.indices.first(where: { text[$0...].starts(with: end) }) {
        let head = String(decoding: text[..<split], as: UTF8.self)
        let length = contentLength(head)
        if text.count >= split + 4 + length {
          stream.inbound.removeFirst(split + 4 + length)
          requests += 1
          let body = String(decoding: text[(split + 4)..<(split + 4 + length)], as: UTF8.self)
          return Request(head: head, body: body, number: requests, connection: connection)
        }
      }
      do { try await stream.readMore() } catch { return nil }
    }
  }

  private func contentLength(_ head: String) -> Int {
    for line in head.split(separator: "\r\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].lowercased() == "content-length" {
        return Int(parts[1].drop { $0 == " " }) ?? 0
      }
    }
    return 0
  }
}
