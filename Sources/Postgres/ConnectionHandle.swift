internal import CLibPQ
internal import EventLoop

/// One `PGconn` on a loop: it owns the connection, its poll, and the order in which they close.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of `loop` alone.
final class ConnectionHandle: @unchecked Sendable {
  let loop: Loop
  let connection: OpaquePointer
  let notices = NoticeLog()
  /// Called after input was taken in.
  var onInput: () -> Void = {}
  /// Called when the socket has taken all that waited for room.
  var onRoom: () -> Void = {}
  /// Called once, when the connection breaks.
  var onFailure: (PostgresError) -> Void = { _ in }

  private var poll: Poll?
  private(set) var isClosed = false

  init(_ loop: Loop, taking connection: OpaquePointer) {
    self.loop = loop
    self.connection = connection
    notices.listen(to: connection)
  }

  deinit {
    guard !isClosed else { return }
    // Whoever drops a connection without closing it may do so on any thread.
    // SAFETY: nobody else holds the pointer any more.
    nonisolated(unsafe) let connection = connection
    loop.execute { [poll, notices] in Self.release(connection, poll, notices) }
  }

  /// The poll goes first: libpq closes the descriptor, and a poll on a closed descriptor aborts libuv.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    Self.release(connection, poll, notices)
    poll = nil
  }

  private static func release(_ connection: OpaquePointer, _ poll: Poll?, _ notices: NoticeLog) {
    poll?.close()
    withExtendedLifetime(notices) { PQfinish(connection) }
  }

  /// Begins to watch the socket of a connection that is up.
  func startWatching() throws {
    guard PQsetnonblocking(connection, 1) == 0 else {
      throw PostgresError.cannotConnect(connection.connectionMessage)
    }
    let poll = try Poll(loop, descriptor: PQsocket(connection)) { [weak self] event in self?.handle(event) }
    self.poll = poll
    try poll.watch(.readable)
  }

  private func handle(_ event: Result<Poll.Events, UVError>) {
    guard !isClosed else { return }
    switch event {
    case .failure(let error):
      // libuv calls any error of a socket EBADF. What arrived before it is still there, and libpq knows its name.
      takeInput()
      fail(.connectionLost(lossReason(error)))
    case .success(let events):
      if events.contains(.readable) { takeInput() }
      if flush(), events.contains(.writable) { onRoom() }
    }
  }

  private func takeInput() {
    let isWhole = PQconsumeInput(connection) != 0
    // Also when the end was met: answers may lie before it.
    onInput()
    if !isClosed, !isWhole || PQstatus(connection) == CONNECTION_BAD { fail(.connectionLost(lossReason())) }
  }

  /// Sends what libpq has collected; watches for room to write as long as some of it is left. True when nothing
  /// is.
  @discardableResult
  func flush() -> Bool {
    guard !isClosed else { return false }
    switch PQflush(connection) {
    case 0:
      watch(.readable)
      return true
    case 1: watch([.readable, .writable])
    default: fail(.connectionLost(lossReason()))
    }
    return false
  }

  /// Calls ``onRoom`` in a later turn of the loop, even where there is room now.
  func askForRoom() { watch([.readable, .writable]) }

  private func watch(_ events: Poll.Events) {
    do {
      try poll?.watch(events)
    } catch {
      fail(.connectionLost("\(error)"))
    }
  }

  /// What the server said when it ended the connection tells more than that the connection ended.
  func lossReason(_ error: UVError? = nil) -> String {
    if isClosed { return "it was closed" }
    return notices.lastWords ?? connection.errorText ?? error.map { "\($0)" } ?? "no reason was given"
  }

  /// Gives the connection up and tells its owner, once.
  func fail(_ error: PostgresError) {
    guard !isClosed else { return }
    close()
    onFailure(error)
  }
}
