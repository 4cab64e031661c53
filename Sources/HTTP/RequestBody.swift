public import Bytes
public import EventLoop

/// The body of one request, taken piece by piece by a streaming handler. Who does not take the next piece lets the client
/// wait: nothing more is read from its socket than a piece.
public struct RequestBody: ~Copyable {
  private let connection: HTTPConnection
  private let body: IncomingBody
  /// Bytes that were taken so far.
  public var length: Int { body.length }

  init(_ connection: HTTPConnection, _ body: IncomingBody) {
    self.connection = connection
    self.body = body
  }

  /// Waits for the next piece and adds it to `buffer`; false, with nothing added, behind the last one.
  ///
  /// The client has the server's time for a body for each piece: there is no limit for the whole.
  public func read(into buffer: inout ByteBuffer) async throws(BodyFailure) -> Bool {
    try await connection.readPiece(of: body, into: &buffer)
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

/// How far a body has come that a handler takes piece by piece.
final class IncomingBody {
  /// Takes it in; nil from its end on.
  var decoder: BodyDecoder?
  /// Why no more of it comes.
  var failure: BodyFailure?
  /// Bytes that were taken.
  var length = 0
  /// Bytes since the loop's other tasks had their turn.
  var bytesInTurn = 0

  init(_ decoder: BodyDecoder) { self.decoder = decoder }

  /// Moves what has arrived from `input` to `output`; true when the body is complete.
  func decode(_ input: inout ByteBuffer, into output: inout ByteBuffer) throws(HeadError) -> Bool {
    let isComplete = try decoder?.decode(&input, into: &output) ?? true
    if isComplete { decoder = nil }
    return isComplete
  }
}

extension HTTPConnection {
  /// Bytes behind which everything else on the loop gets its turn, even where the client is faster.
  private static let turnSize = 256 * 1024

  /// Makes the body ready to be taken by a handler; throws at once if it says that it is longer than `limit` bytes.
  func openBody(limit: Int) throws(HeadError) -> IncomingBody {
    let body = IncomingBody(try BodyDecoder(request.head.body, limit: limit))
    incoming = body
    return body
  }

  fileprivate func readPiece(
    of body: IncomingBody, into output: inout ByteBuffer
  ) async throws(BodyFailure) -> Bool {
    if let failure = body.failure { throw failure }
    if answer != nil { throw .answered }
    guard body.decoder != nil else { return false }
    enter(.body)
    defer { enter(.answering) }
    do {
      askForBody()
      return try await nextPiece(of: body, &output)
    } catch {
      let failure = BodyFailure(error)
      body.decoder = nil
      body.failure = failure
      closes = true
      throw failure
    }
  }

  private func nextPiece(of body: IncomingBody, _ output: inout ByteBuffer) async throws -> Bool {
    if server.isRefusingBodies { throw HeadError.stopping }
    if body.bytesInTurn >= Self.turnSize {
      body.bytesInTurn = 0
      try? await server.loop.sleep(milliseconds: 0)
    }
    let before = output.count
    while try !body.decode(&stream.inbound, into: &output) {
      if output.count > before { break }
      try await readMore()
    }
    if body.decoder == nil { request.head.body = .none }
    body.bytesInTurn += output.count - before
    body.length += output.count - before
    return output.count > before
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
