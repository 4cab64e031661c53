internal import CLibPQ

/// What a session knows of the COPY that is under way.
struct CopyState {
  /// Why it is over, once the server has said so.
  var failure: PostgresError?
  /// True once we have ended it.
  var isOver = false
  /// True if something came that was no notice.
  var isSuspect = false
  /// Notices of the connection when something came last.
  var notices: Int
  /// Bytes sent since other tasks of the loop had their turn.
  var sinceTurn = 0

  /// Bytes after which they get one, even where the server takes everything at once.
  static let turnSize = 512 * 1024
  /// Milliseconds in which the rest of a notice that came in two parts must be there.
  static let patience: UInt64 = 50
}

extension PostgresSession {
  /// Runs `COPY … FROM STDIN`; `body` writes the data. Returns how many rows the server took.
  ///
  /// If `body` throws, the COPY is ended as failed, and the server keeps none of it.
  public func copyIn(_ sql: String, _ body: (inout CopyWriter) async throws -> Void) async throws -> Int {
    try await command {
      PQsendQuery(handle.connection, sql)
    } answer: {
      try await beginCopy()
      defer { copy = nil }
      var writer = CopyWriter(self)
      do {
        try await body(&writer)
      } catch {
        if copy?.isOver == false, !(error is CancellationError) {
          await cleanUp { _ = try await self.endCopy(failing: "the client gave up") }
        }
        throw error
      }
      if let failure = copy?.failure { throw failure }
      switch try await endCopy(failing: nil) {
      case .success(let rows): return rows
      case .failure(let error): throw error
      }
    }
  }

  private func beginCopy() async throws {
    let first = try await nextResult()
    if first?.1 == PGRES_COPY_IN {
      copy = CopyState(notices: handle.notices.count)
      return
    }
    let error = first?.0.message.map { PostgresError.server($0) } ?? .unexpected("not a COPY FROM STDIN")
    if first?.1 == PGRES_COPY_OUT || first?.1 == PGRES_COPY_BOTH { handle.fail(error) }
    while !isClosed, try await nextResult() != nil {}
    throw error
  }

  /// Hands one piece to libpq and waits until its buffer is empty again.
  func put(_ piece: UnsafeRawBufferPointer) async throws {
    try await checkCopy()
    let result = PQputCopyData(
      handle.connection, piece.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(piece.count))
    guard result == 1 else {
      // The buffer is empty, so 0 says that there is no memory for a bigger one.
      let error = result == 0 ? .unexpected("no memory for COPY data") : lost()
      handle.fail(error)
      throw error
    }
    copy?.sinceTurn += piece.count
    while !handle.flush() {
      // The socket may have taken everything while that slept: nobody says so again.
      if try await checkCopy() { continue }
      try await waitForEvent()
      copy?.sinceTurn = 0
    }
    if let sent = copy?.sinceTurn, sent >= CopyState.turnSize {
      copy?.sinceTurn = 0
      handle.askForRoom()
      try await waitForEvent()
    }
  }

  /// Throws if there is nobody any more to send to. True if it has waited to find that out.
  @discardableResult
  private func checkCopy() async throws -> Bool {
    try checkUsable()
    if let failure = copy?.failure { throw failure }
    guard copy?.isSuspect == true else { return false }
    try await handle.loop.sleep(milliseconds: CopyState.patience)
    try checkUsable()
    guard copy?.isSuspect == true else { return true }
    if case .failure(let error) = try await endCopy(failing: "the server has ended the COPY") {
      throw error
    }
    throw PostgresError.unexpected("the end of a COPY that was told to fail")
  }

  /// Something came during a COPY. The server says nothing then but notices, and the error that ends it.
  ///
  /// libpq keeps that error to itself until the last of the data is sent, so it is found out by exclusion: calls
  /// that look into the input take notices out of it and leave the rest.
  func lookAtCopy() {
    guard let before = copy, !before.isOver else { return }
    _ = PQisBusy(handle.connection)
    let notices = handle.notices.count
    copy?.isSuspect = before.notices == notices
    copy?.notices = notices
  }

  /// Ends the data, as failed if there is a reason, and takes the server's answer: how many rows it took.
  private func endCopy(failing reason: String?) async throws -> Result<Int, PostgresError> {
    try checkUsable()
    copy?.isOver = true
    // It finds room: libpq's buffer grows by a few bytes.
    _ = PQputCopyEnd(handle.connection, reason)
    do {
      return .success(try await lastResult().affected)
    } catch let error as PostgresError {
      copy?.failure = error
      return .failure(error)
    }
  }
}
