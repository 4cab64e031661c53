public import Bytes

/// The right to answer one request, once: sending uses the writer up, so a second answer does not compile. A writer
/// that was kept beyond its handler has lost that right, and what it sends is dropped.
public struct ResponseWriter: ~Copyable {
  private let connection: HTTPConnection
  private let serial: UInt32

  init(connection: HTTPConnection, serial: UInt32) {
    self.connection = connection
    self.serial = serial
  }

  /// Sends a complete answer. `fill` writes the body straight into the loop's output buffer; if it throws,
  /// nothing has been sent.
  public consuming func send(
    _ status: Status = .ok, type: StaticString, headers: [Header] = [],
    _ fill: (inout ByteBuffer) throws -> Void
  ) rethrows {
    guard connection.serial == serial, connection.answer == nil else { return }
    try connection.respond(status, type: type, headers: headers, fill)
  }

  /// Sends a complete JSON answer.
  public consuming func json(
    _ status: Status = .ok, headers: [Header] = [], _ fill: (inout ByteBuffer) throws -> Void
  ) rethrows {
    try send(status, type: "application/json", headers: headers, fill)
  }

  /// Sends an answer piece by piece, for bodies whose length nobody knows beforehand or that are too large to hold.
  ///
  /// `produce` writes the pieces; if it throws, the connection is cut, so that the client does not take a part for
  /// the whole.
  public consuming func stream(
    _ status: Status = .ok, type: StaticString, headers: [Header] = [],
    _ produce: (inout BodyStream) async throws -> Void
  ) async throws {
    guard connection.serial == serial, connection.answer == nil else { return }
    try await connection.stream(status, type: type, headers: headers, produce)
  }

  /// Sends an answer without a body.
  public consuming func empty(_ status: Status = .noContent, headers: [Header] = []) {
    send(status, type: "", headers: headers) { _ in }
  }
}
