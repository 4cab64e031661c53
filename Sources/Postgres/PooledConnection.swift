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
      try await connection.setUp(
        // One plan for all values: a statement that runs by name is one whose plan does not hang on them, and
        // PostgreSQL would else plan anew whenever few keys look cheaper than the ten it assumes of an array.
        "SELECT set_config('statement_timeout', '\(limits.statementTimeout)', false), "
          + "set_config('plan_cache_mode', 'force_generic_plan', false), "
          + PeerSilence.serverSettings(settings),
        before: deadline)
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
        submit(Ticket(.plain(sql), .none, .write, sentAt: loop.now, for: .task(continuation)))
        if Task.isCancelled { close(.closed) }
      }
    } onCancel: {
      loop.execute { self.close(.closed) }
    }
  }
}
