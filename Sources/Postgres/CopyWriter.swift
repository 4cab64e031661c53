internal import CLibPQ

/// Takes the data of one `COPY … FROM STDIN`. It exists inside ``PostgresSession/copyIn(_:_:)`` alone.
public struct CopyWriter: ~Copyable {
  private let session: PostgresSession
  /// Bytes handed over so far.
  public private(set) var byteCount = 0

  fileprivate init(_ session: PostgresSession) { self.session = session }

  /// Sends `bytes` and waits until the socket has taken them, so that memory stays at one piece.
  ///
  /// `bytes` must stay as they are until the call returns. Throws the server's error as soon as it is known.
  public mutating func write(_ bytes: UnsafeRawBufferPointer) async throws {
    let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
    while true {
      try session.checkUsable()
      let result = PQputCopyData(session.handle.connection, start, Int32(bytes.count))
      if result == 1 { break }
      // The server has ended the COPY; its error is the next result.
      if result < 0 { throw await session.copyFailure() }
      try await session.waitForRoom()
    }
    byteCount += bytes.count
    try await session.waitForRoom()
  }
}

extension PostgresSession {
  /// Runs `COPY … FROM STDIN`; `body` writes the data. Returns how many rows the server took.
  ///
  /// If `body` throws, the COPY is ended as failed, and the server keeps none of it.
  public func copyIn(_ sql: String, _ body: (inout CopyWriter) async throws -> Void) async throws -> Int {
    try checkUsable()
    guard PQsendQuery(handle.connection, sql) == 1 else { throw lost() }
    guard let (rows, status) = try await nextResult() else { throw PostgresError.unexpected("no result") }
    guard status == PGRES_COPY_IN else {
      while try await nextResult() != nil {}
      throw rows.message.map { PostgresError.server($0) } ?? .unexpected("no COPY FROM STDIN")
    }
    var writer = CopyWriter(self)
    do {
      try await body(&writer)
    } catch {
      await endCopy(because: "the client gave up")
      throw error
    }
    try checkUsable()
    while PQputCopyEnd(handle.connection, nil) == 0 { try await waitForRoom() }
    return try await lastResult().affected
  }

  private func endCopy(because reason: String) async {
    guard !handle.isClosed else { return }
    // In any state but COPY this fails and is not needed.
    guard PQputCopyEnd(handle.connection, reason) == 1 else { return }
    _ = try? await lastResult()
  }

  /// The server's error that ended a COPY.
  fileprivate func copyFailure() async -> any Error {
    let message = handle.connection.connectionMessage
    do {
      _ = try await lastResult()
      return PostgresError.unexpected(message)
    } catch {
      return error
    }
  }

  /// Waits until libpq's buffer is empty.
  fileprivate func waitForRoom() async throws {
    while !handle.flush() {
      try checkUsable()
      try await waitForEvent()
    }
  }
}
