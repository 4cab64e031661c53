public import Bytes
public import EventLoop

/// The body of one request, taken piece by piece by a streaming handler. Who does not take the next piece lets the client
/// wait: nothing more is read from its socket than a piece.
public struct RequestBody: ~Copyable {
  private let connection: HTTPConnection
  /// Bytes that were taken so far.
  public var length: Int { connection.bodyLength }

  init(_ connection: HTTPConnection) { self.connection = connection }

  /// Waits for the next piece and adds it to `buffer`; false, with nothing added, behind the last one.
  ///
  /// The client has the server's time for a body for each piece: there is no limit for the whole.
  public func read(into buffer: inout ByteBuffer) async throws(BodyFailure) -> Bool {
    try await connection.readPiece(into: &buffer)
  }
}

/// Why no more of a body comes. A streaming handler cleans up and throws it on: the connection knows what to answer.
public enum BodyFailure: Error, Sendable {
  /// The client has gone, or was closed by us; nobody is left to answer.
  case clientGone(UVError)
  /// It is too long, malformed or late, or the server is stopping.
  case refused(Problem)
  /// The handler has answered already, and the rest was given up by that.
  case answered
}

extension HTTPConnection {
  /// Bytes behind which everything else on the loop gets its turn, even where the client is faster.
  private static let turnSize = 256 * 1024

  /// Makes the body ready to be taken by a handler; throws at once if it says that it is longer than `limit` bytes.
  func openBody(limit: Int) throws(HeadError) {
    bodyFailure = nil
    bytesInTurn = 0
    bodyLength = 0
    incoming = try BodyDecoder(request.head.body, limit: limit)
  }

  fileprivate func readPiece(into output: inout ByteBuffer) async throws(BodyFailure) -> Bool {
    if let bodyFailure { throw bodyFailure }
    if answer != nil { throw .answered }
    guard incoming != nil else { return false }
    enter(.body)
    defer { enter(.answering) }
    do {
      askForBody()
      return try await nextPiece(&output)
    } catch {
      let failure = BodyFailure(error)
      incoming = nil
      bodyFailure = failure
      closes = true
      throw failure
    }
  }

  private func nextPiece(_ output: inout ByteBuffer) async throws -> Bool {
    if server.isRefusingBodies { throw HeadError.stopping }
    if bytesInTurn >= Self.turnSize {
      bytesInTurn = 0
      try? await server.loop.sleep(milliseconds: 0)
    }
    let before = output.count
    while try !decodePiece(&output) {
      if output.count > before { break }
      try await readMore()
    }
    bytesInTurn += output.count - before
    bodyLength += output.count - before
    return output.count > before
  }

  private func decodePiece(_ output: inout ByteBuffer) throws(HeadError) -> Bool {
    guard var decoder = incoming else { return true }
    let isComplete = try decoder.decode(&stream.inbound, into: &output)
    incoming = isComplete ? nil : decoder
    if isComplete { request.head.body = .none }
    return isComplete
  }
}

extension BodyFailure {
  fileprivate init(_ error: any Error) {
    switch error {
    case let error as HeadError: self = .refused(error.problem)
    case let error as UVError: self = .clientGone(error)
    default: self = .clientGone(.canceled)
    }
  }
}
