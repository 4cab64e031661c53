internal import CLibPQ
internal import EventLoop
internal import Glibc

extension ConnectionHandle {
  /// Connects without blocking the loop, within `timeout` milliseconds. Canceling the task ends it at once.
  ///
  /// libpq goes through the hosts by its own rules, but waits for each as long as the network does. Here every
  /// one that is left gets an equal share of the time that is left.
  static func open(_ loop: Loop, _ settings: ConnectionSettings, timeout: UInt64) async throws
    -> ConnectionHandle
  {
    loop.assertCurrent()
    let deadline = loop.now + timeout
    let candidates = try await ConnectionCandidates.resolve(settings, on: loop, within: timeout)
    var first = 0
    var silent: [String] = []
    while true {
      var attempt = try ConnectionAttempt(loop, candidates, from: first, deadline: deadline)
      do {
        if try await attempt.finish() {
          try attempt.handle.requireUTF8()
          try attempt.handle.startWatching()
          return attempt.handle
        }
      } catch {
        attempt.handle.close()
        guard case PostgresError.cannotConnect(let reason) = error, !silent.isEmpty else { throw error }
        throw PostgresError.cannotConnect("\(silent.joined(separator: "; ")); \(reason)")
      }
      attempt.handle.close()
      silent.append("no answer from \(candidates.candidates[attempt.current].name) within the time limit")
      first = attempt.current + 1
      guard first < candidates.candidates.count, loop.now < deadline else {
        throw PostgresError.cannotConnect(silent.joined(separator: "; "))
      }
    }
  }

  fileprivate func requireUTF8() throws {
    let encoding = PQparameterStatus(connection, "server_encoding").map { String(cString: $0) } ?? "unknown"
    if encoding != "UTF8" {
      throw PostgresError.cannotConnect(
        "the database's encoding is \(encoding); Roster needs one made with ENCODING 'UTF8'")
    }
  }
}

/// One `PGconn` on its way through some candidates.
private struct ConnectionAttempt {
  let handle: ConnectionHandle
  /// The candidate that libpq tries at present.
  private(set) var current: Int
  private let candidates: ConnectionCandidates
  private let first: Int
  private let deadline: UInt64
  private var limit: UInt64 = 0

  init(_ loop: Loop, _ candidates: ConnectionCandidates, from first: Int, deadline: UInt64) throws {
    self.candidates = candidates
    self.first = first
    self.deadline = deadline
    current = first
    guard let connection = Self.start(candidates.parameters(from: first)) else {
      throw PostgresError.cannotConnect("out of memory")
    }
    handle = ConnectionHandle(loop, taking: connection)
    shareTime()
  }

  private static func start(_ parameters: [String: String]) -> OpaquePointer? {
    let keywords = parameters.map { strdup($0.key) }
    let values = parameters.map { strdup($0.value) }
    defer { for text in keywords + values { free(text) } }
    let keywordPointers = keywords.map { UnsafePointer($0) } + [nil]
    let valuePointers = values.map { UnsafePointer($0) } + [nil]
    return PQconnectStartParams(keywordPointers, valuePointers, 0)
  }

  /// The time of the present candidate ends at an equal part of what is left.
  private mutating func shareTime() {
    let now = handle.loop.now
    let left = deadline > now ? deadline - now : 0
    limit = now + left / UInt64(candidates.candidates.count - current)
  }

  /// True once connected; false if the present candidate has used its time up.
  mutating func finish() async throws -> Bool {
    let connection = handle.connection
    guard PQstatus(connection) != CONNECTION_BAD else { throw failure }
    var wanted: Poll.Events = .writable
    while true {
      noteCandidate()
      guard try await waitForSocket(wanted) else { return false }
      switch PQconnectPoll(connection) {
      case PGRES_POLLING_OK: return true
      case PGRES_POLLING_READING: wanted = .readable
      case PGRES_POLLING_WRITING: wanted = .writable
      default: throw failure
      }
    }
  }

  private var failure: PostgresError { .cannotConnect(handle.connection.connectionMessage) }

  private mutating func noteCandidate() {
    func text(_ value: UnsafeMutablePointer<CChar>?) -> String { value.map { String(cString: $0) } ?? "" }
    let connection = handle.connection
    let index = candidates.current(
      host: text(PQhost(connection)), address: text(PQhostaddr(connection)), port: text(PQport(connection)),
      from: current)
    guard index != current else { return }
    current = index
    shareTime()
  }

  /// A poll for one wait: `PQconnectPoll` may close the socket and open another one with the same number, which
  /// a poll that stays would not notice. False if the time is up.
  private func waitForSocket(_ events: Poll.Events) async throws -> Bool {
    let loop = handle.loop
    let signal = Signal<Result<Poll.Events, UVError>?>()
    let poll = try Poll(loop, descriptor: PQsocket(handle.connection)) { signal.finish($0) }
    let timer = LoopTimer(loop) { signal.finish(nil) }
    defer {
      poll.close()
      timer.close()
    }
    try poll.watch(events)
    timer.start(after: limit > loop.now ? limit - loop.now : 0)
    switch try await signal.wait(on: loop) {
    // libuv calls any error of a socket EBADF; libpq finds out what it is.
    case .success, .failure: return true
    case nil: return false
    }
  }
}
