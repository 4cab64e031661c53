internal import CLibPQ
internal import EventLoop

/// One `PGconn` on a loop: it owns the connection, its poll, and the order in which they close.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of `loop` alone.
final class ConnectionHandle: @unchecked Sendable {
  let loop: Loop
  let connection: OpaquePointer
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
  }

  deinit {
    if !isClosed { PQfinish(connection) }
  }

  /// The poll goes first: libpq closes the descriptor, and a poll on a closed descriptor aborts libuv.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    poll?.close()
    poll = nil
    PQfinish(connection)
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
    case .failure(let error): fail(.connectionLost("\(error)"))
    case .success(let events):
      if events.contains(.readable) {
        guard PQconsumeInput(connection) != 0 else { return failFromLibrary() }
        onInput()
        guard !isClosed else { return }
        if PQstatus(connection) == CONNECTION_BAD { return failFromLibrary() }
      }
      if flush(), events.contains(.writable) { onRoom() }
    }
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
    default: failFromLibrary()
    }
    return false
  }

  private func watch(_ events: Poll.Events) {
    do {
      try poll?.watch(events)
    } catch {
      fail(.connectionLost("\(error)"))
    }
  }

  private func failFromLibrary() { fail(.connectionLost(connection.connectionMessage)) }

  /// Gives the connection up and tells its owner, once.
  func fail(_ error: PostgresError) {
    guard !isClosed else { return }
    close()
    onFailure(error)
  }
}
