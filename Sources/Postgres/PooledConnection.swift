internal import EventLoop

extension PipelinedConnection {
  /// Opens a connection of a pool and makes sure that it answers.
  static func open(
    _ loop: Loop, _ settings: ConnectionSettings, _ limits: PostgresPool.Limits
  ) async throws -> PipelinedConnection {
    let deadline = loop.now + limits.connectTimeout
    let handle = try await ConnectionHandle.open(loop, settings, timeout: limits.connectTimeout)
    do {
      let connection = try PipelinedConnection(handle)
      try await connection.setUp("SET statement_timeout = \(limits.statementTimeout)", before: deadline)
      return connection
    } catch {
      handle.close()
      throw error
    }
  }

  private func setUp(_ sql: String, before deadline: UInt64) async throws {
    let loop = loop
    let timer = LoopTimer(loop) { [weak self] in
      self?.close(.cannotConnect("no answer to the first command within the time limit"))
    }
    defer { timer.close() }
    timer.start(after: deadline > loop.now ? deadline - loop.now : 1)
    _ = try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        submit(Ticket(.plain(sql), .none, .write, sentAt: loop.now, continuation))
        if Task.isCancelled { close(.closed) }
      }
    } onCancel: {
      loop.execute { self.close(.closed) }
    }
  }
}
