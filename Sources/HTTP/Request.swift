public import Bytes
public import EventLoop

/// The request that a connection is answering. It is good until its handler returns: the connection uses the
/// same object for the next one.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of its connection's loop alone.
public final class Request: @unchecked Sendable {
  /// The loop that the request lives on, with everything that answers it.
  public let loop: Loop
  /// Who asks; nil if the connection was gone before we could look.
  public internal(set) var peer: SocketAddress?
  /// The body, complete, within the route's limit.
  public internal(set) var body = ByteBuffer(capacity: 16)

  /// The key that this connection has shown before, for the program to keep from one request to the next.
  public var acceptedKey = AcceptedKey()

  var head = RequestHead()
  var bytes = ByteBuffer(capacity: 16)
  var parameters: [Span] = []
  var identifier = ByteBuffer(capacity: 32)

  init(_ loop: Loop) { self.loop = loop }

  /// The method.
  public var method: Method { head.method }

  /// The path as it came, still encoded.
  public var path: String { bytes.withBytes { String(decoding: head.path.of($0), as: UTF8.self) } }

  /// The id that goes into the answer and the log.
  public var id: String { identifier.text() }

  /// Reads the path's parameter number `index` (in the order of the route's braces), still encoded.
  @inline(__always)
  public func withParameter<Result>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
    -> Result
  {
    try bytes.withBytes { try body(parameters[index].of($0)) }
  }

  /// Reads the query string, still encoded.
  public func withQuery<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try bytes.withBytes { try body(head.query.of($0)) }
  }

  /// Reads the first header field called `name`, which is given in lower case; nil if there is none.
  public func withHeader<Result>(_ name: StaticString, _ body: (UnsafeRawBufferPointer?) throws -> Result)
    rethrows
    -> Result
  {
    try bytes.withBytes { bytes in
      for field in head.fields where ASCII.equalsIgnoringCase(field.name.of(bytes), name) {
        return try body(field.value.of(bytes))
      }
      return try body(nil)
    }
  }

  /// The first header field called `name`, which is given in lower case.
  public func header(_ name: StaticString) -> String? {
    withHeader(name) { $0.map { String(decoding: $0, as: UTF8.self) } }
  }

  /// True if the client would rather have an answer in gzip than as it is.
  public var acceptsGzip: Bool {
    bytes.withBytes { bytes in
      var accepted = AcceptEncoding()
      for field in head.fields where field.name.count == 15 {
        if ASCII.equalsIgnoringCase(field.name.of(bytes), "accept-encoding") {
          accepted.add(field.value.of(bytes))
        }
      }
      return accepted.prefersGzip
    }
  }
}
