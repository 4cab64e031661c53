public import Bytes

/// Takes the body of an answer piece by piece. It exists inside ``ResponseWriter/stream(_:type:headers:_:)`` alone.
public struct BodyStream: ~Copyable {
  private let connection: HTTPConnection
  private let isChunked: Bool
  /// Bytes of body written so far.
  public private(set) var length = 0

  init(_ connection: HTTPConnection, isChunked: Bool) {
    self.connection = connection
    self.isChunked = isChunked
  }

  /// Sends what `fill` writes and waits until the socket has taken it, so that a slow reader holds its writer and
  /// memory stays at one piece. Throws when the client has gone.
  public mutating func write(_ fill: (inout ByteBuffer) throws -> Void) async throws {
    length += try connection.sendPiece(isChunked: isChunked, fill)
    try await connection.stream.drain()
  }
}

extension HTTPConnection {
  /// Sends the head of an answer whose length is not known yet, lets `produce` write the body, and ends it.
  ///
  /// HTTP/1.1 gets chunks. HTTP/1.0 knows none: there the end of the connection is the end of the body. If `produce`
  /// throws, the connection is cut, so that the client does not take a part for the whole.
  func stream(
    _ status: Status, type: StaticString, headers: [Header],
    _ produce: (inout BodyStream) async throws -> Void
  ) async throws {
    giveUpBody()
    let isChunked = !request.head.isHTTP10
    if !isChunked || server.isDraining { closes = true }
    var buffers = server.takeBuffers()
    server.responseHead.write(
      status, type: type, length: nil,
      headers: isChunked ? headers + [Header("Transfer-Encoding", "chunked")] : headers, request: request,
      closes: closes, to: &buffers.head)
    buffers.head.withBytes { stream.write($0) }
    server.giveBack(buffers)
    noteAnswer(status, length: 0)
    if request.method == .head { return }
    var body = BodyStream(self, isChunked: isChunked)
    do {
      try await produce(&body)
    } catch {
      stream.close()
      throw error
    }
    if isChunked {
      let end: StaticString = "0\r\n\r\n"
      stream.write(UnsafeRawBufferPointer(start: end.utf8Start, count: end.utf8CodeUnitCount))
    }
    noteAnswer(status, length: body.length)
  }

  /// Sends one piece; gives its length. An empty one is not sent, since as a chunk it would end the body.
  fileprivate func sendPiece(isChunked: Bool, _ fill: (inout ByteBuffer) throws -> Void) throws -> Int {
    var buffers = server.takeBuffers()
    do {
      try fill(&buffers.body)
    } catch {
      server.giveBack(buffers)
      throw error
    }
    let length = buffers.body.count
    if length > 0 {
      if isChunked {
        buffers.head.append(hexadecimal: length)
        buffers.head.append("\r\n")
        buffers.body.append("\r\n")
      }
      buffers.head.withBytes { size in buffers.body.withBytes { stream.write(size, $0) } }
    }
    server.giveBack(buffers)
    return length
  }
}

extension ByteBuffer {
  /// Adds `value`, which is not negative, in hexadecimal.
  fileprivate mutating func append(hexadecimal value: Int) {
    append(text: String(value, radix: 16))
  }
}
