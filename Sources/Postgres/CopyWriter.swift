/// Takes the data of one `COPY … FROM STDIN`. It exists inside ``PostgresSession/copyIn(_:_:)`` alone.
public struct CopyWriter: ~Copyable {
  private let session: PostgresSession
  /// Bytes handed over so far.
  public private(set) var byteCount = 0

  init(_ session: PostgresSession) { self.session = session }

  /// Sends `bytes` and waits until the socket has taken them, so that memory stays at one piece.
  ///
  /// `bytes` must stay as they are until the call returns. Throws the server's error as soon as it is known; more
  /// data would be of no use then.
  public mutating func write(_ bytes: UnsafeRawBufferPointer) async throws {
    var offset = 0
    while offset < bytes.count {
      let end = min(offset + Self.pieceSize, bytes.count)
      try await session.put(UnsafeRawBufferPointer(rebasing: bytes[offset..<end]))
      byteCount += end - offset
      offset = end
    }
  }

  /// What libpq's buffer grows to.
  private static let pieceSize = 256 * 1024
}
