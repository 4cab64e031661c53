internal import CLibPQ
public import EventLoop

/// A connection that carries one command at a time: for migrations, loads and tools.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of its loop alone.
public final class PostgresSession: @unchecked Sendable {
  let handle: ConnectionHandle
  private var waiter: UnsafeContinuation<Void, any Error>?
  private var failure: PostgresError?

  private init(_ handle: ConnectionHandle) {
    self.handle = handle
    handle.onInput = { [weak self] in self?.wake() }
    handle.onRoom = { [weak self] in self?.wake() }
    handle.onFailure = { [weak self] error in
      self?.failure = error
      self?.wake()
    }
  }

  /// Connects; `timeout` is in milliseconds.
  public static func connect(_ loop: Loop, _ settings: ConnectionSettings, timeout: UInt64 = 5000)
    async throws
    -> PostgresSession
  {
    PostgresSession(try await ConnectionHandle.open(loop, settings, timeout: timeout))
  }

  /// The server's process that serves this session.
  public var backendProcess: Int32 { handle.isClosed ? 0 : PQbackendPID(handle.connection) }

  /// Ends the session. More than one call is fine.
  public func close() {
    handle.fail(.closed)
  }

  /// Runs one statement with bound values and gives its rows, in binary form.
  public func query(_ sql: SQL) async throws -> Rows {
    try checkUsable()
    let sent = BoundValues(sql.values).withArrays { count, values, lengths, formats in
      PQsendQueryParams(handle.connection, sql.text, count, nil, values, lengths, formats, 1)
    }
    guard sent == 1 else { throw lost() }
    return try await lastResult()
  }

  /// Runs several statements at once, in one transaction unless the text says otherwise.
  public func run(script: String) async throws {
    try checkUsable()
    guard PQsendQuery(handle.connection, script) == 1 else { throw lost() }
    _ = try await lastResult()
  }

  /// Runs `body` in a transaction: committed if it returns, rolled back if it throws.
  public func transaction<Value>(_ body: () async throws -> Value) async throws -> Value {
    try await run(script: "BEGIN")
    do {
      let value = try await body()
      try await run(script: "COMMIT")
      return value
    } catch {
      try? await run(script: "ROLLBACK")
      throw error
    }
  }

  func checkUsable() throws(PostgresError) {
    handle.loop.assertCurrent()
    if let failure { throw failure }
  }

  func lost() -> PostgresError {
    if let failure { return failure }
    let error = PostgresError.connectionLost(handle.connection.connectionMessage)
    handle.fail(error)
    return error
  }

  /// Takes results until there are no more; throws the first error among them.
  func lastResult() async throws -> Rows {
    var last: Rows?
    var error: ServerMessage?
    while let (rows, status) = try await nextResult() {
      switch status {
      case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE: error = error ?? rows.message
      case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
        handle.fail(.unexpected("a COPY where a query was expected"))
      default: last = rows
      }
    }
    if let error { throw PostgresError.server(error) }
    guard let last else { throw PostgresError.unexpected("no result") }
    return last
  }

  func nextResult() async throws -> (Rows, ExecStatusType)? {
    try checkUsable()
    handle.flush()
    while failure == nil, PQisBusy(handle.connection) != 0 { try await waitForEvent() }
    try checkUsable()
    guard let result = PQgetResult(handle.connection) else { return nil }
    return (Rows(result: result), PQresultStatus(result))
  }

  /// Waits for something to happen on the connection: input, room to write, or its end.
  func waitForEvent() async throws {
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<Void, any Error>) in
        waiter = continuation
        if Task.isCancelled { wake(CancellationError()) }
      }
    } onCancel: {
      handle.loop.execute { self.wake(CancellationError()) }
    }
  }

  private func wake(_ error: (any Error)? = nil) {
    guard let waiting = waiter else { return }
    waiter = nil
    if let error {
      waiting.resume(throwing: error)
    } else {
      waiting.resume()
    }
  }
}
