internal import CLibPQ
public import EventLoop

/// A connection that carries one command at a time: for migrations, loads and tools.
///
/// A task that is canceled while it waits for the server gives the session up, since there is no telling what
/// came of its command. The server rolls back what was not committed, within a second from version 14 on.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of its loop alone.
public final class PostgresSession: @unchecked Sendable {
  let handle: ConnectionHandle
  /// Who waits for something to happen on the connection.
  private(set) var waiter: Signal<Void>?
  private var failure: PostgresError?
  /// True from the sending of a command to the end of its answer.
  private var isBusy = false
  /// What is known of the COPY that is under way.
  var copy: CopyState?

  /// Milliseconds for the server to end what was begun (a transaction, a COPY) before the connection is given up.
  private static let cleaningLimit: UInt64 = 5000
  /// Milliseconds between the server's looks at whether its client is still there.
  private static let clientCheck = 1000

  private init(_ handle: ConnectionHandle) {
    self.handle = handle
    handle.onInput = { [weak self] in
      self?.lookAtInput()
      self?.wake()
    }
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
    let session = PostgresSession(try await ConnectionHandle.open(loop, settings, timeout: timeout))
    do {
      try await session.run(script: "SELECT \(PeerSilence.serverSettings(settings))")
    } catch {
      session.close()
      throw error
    }
    // Else a server at a long statement notices only at its end that nobody wants it any more.
    guard PQserverVersion(session.handle.connection) >= 140_000 else { return session }
    do {
      try await session.run(script: "SET client_connection_check_interval = \(Self.clientCheck)")
    } catch PostgresError.server {
      // The server's system has no way to look.
    } catch {
      session.close()
      throw error
    }
    return session
  }

  /// The server's process that serves this session.
  public var backendProcess: Int32 { handle.isClosed ? 0 : PQbackendPID(handle.connection) }

  /// True once the session is closed or lost.
  public var isClosed: Bool { handle.isClosed }

  /// Ends the session. More than one call is fine.
  public func close() {
    handle.fail(.closed)
  }

  /// Runs one statement with bound values and gives its rows, in binary form.
  public func query(_ sql: SQL) async throws -> Rows {
    try await command {
      BoundValues.many(sql.values).withArrays {
        PQsendQueryParams(
          handle.connection, sql.text, $0.count, $0.types, $0.values, $0.lengths, $0.formats, 1)
      }
    } answer: {
      try await lastResult()
    }
  }

  /// Runs several statements at once, in one transaction unless the text says otherwise.
  public func run(script: String) async throws {
    _ = try await result(ofScript: script)
  }

  private func result(ofScript script: String) async throws -> Rows {
    try await command {
      PQsendQuery(handle.connection, script)
    } answer: {
      try await lastResult()
    }
  }

  /// Runs `body` in a transaction: committed if it returns, rolled back if it throws.
  ///
  /// Throws ``PostgresError/unexpected(_:)`` if the server would not commit, since a statement had failed and
  /// `body` did not tell.
  public func transaction<Value>(_ body: () async throws -> Value) async throws -> Value {
    try await run(script: "BEGIN")
    do {
      let value = try await body()
      guard try await result(ofScript: "COMMIT").commandTag == "COMMIT" else {
        throw PostgresError.unexpected("ROLLBACK for COMMIT, since a statement of the transaction had failed")
      }
      return value
    } catch {
      await cleanUp {
        guard PQtransactionStatus(self.handle.connection) != PQTRANS_IDLE else { return }
        try await self.run(script: "ROLLBACK")
      }
      throw error
    }
  }

  /// Takes notices out of the input, and what the server said when it ended the connection: libpq would give it as
  /// the result of a command, for which it is too late then.
  private func lookAtInput() {
    let connection = handle.connection
    guard PQstatus(connection) == CONNECTION_BAD else { return lookAtCopy() }
    // Nothing is sent by it any more; libpq looks for no error as long as it takes a COPY to go on.
    if copy != nil { PQputCopyEnd(connection, nil) }
    while let result = PQgetResult(connection) {
      if let message = Rows(result: result).message { handle.notices.hear(message) }
    }
  }

  // MARK: One command

  /// Sends a command and takes its answer.
  func command<Value>(send: () -> Int32, answer: () async throws -> Value) async throws -> Value {
    try checkUsable()
    guard !isBusy else { throw PostgresError.unexpected("two commands at once on one session") }
    guard send() == 1 else { throw lost() }
    isBusy = true
    defer { isBusy = false }
    do {
      return try await answer()
    } catch let error as CancellationError {
      handle.fail(.closed)
      throw error
    }
  }

  func checkUsable() throws(PostgresError) {
    handle.loop.assertCurrent()
    if let failure { throw failure }
  }

  /// libpq would not take a command.
  func lost() -> PostgresError {
    if let failure { return failure }
    let error = PostgresError.connectionLost(handle.lossReason())
    handle.fail(error)
    return error
  }

  /// Runs `body`, also in a canceled task, and gives the connection up if it fails or takes too long.
  func cleanUp(_ body: @escaping @Sendable () async throws -> Void) async {
    guard !handle.isClosed else { return }
    let loop = handle.loop
    // A task of its own is not canceled with ours.
    let cleaning = loop.start {
      let timer = LoopTimer(loop) { self.handle.fail(.timedOut) }
      timer.start(after: Self.cleaningLimit)
      defer { timer.close() }
      do {
        try await body()
      } catch {
        self.handle.fail(error as? PostgresError ?? .connectionLost("\(error)"))
      }
    }
    await cleaning.value
  }

  /// Takes results until there are no more; throws the first error among them.
  func lastResult() async throws -> Rows {
    var last: Rows?
    var error: ServerMessage?
    while let (rows, status) = try await nextResult() {
      switch status {
      case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
        if let message = rows.message {
          handle.notices.hear(message)
          error = error ?? message
        }
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
    let signal = Signal<Void>()
    waiter = signal
    try await signal.wait(on: handle.loop)
  }

  private func wake() {
    waiter?.finish(())
    waiter = nil
  }
}
