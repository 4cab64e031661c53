internal import CLibPQ
internal import EventLoop
internal import Glibc

extension ConnectionHandle {
  /// Connects without blocking the loop: names are resolved on the thread pool and handed to libpq as `hostaddr`.
  static func open(_ loop: Loop, _ settings: ConnectionSettings, timeout: UInt64 = 5000) async throws
    -> ConnectionHandle
  {
    loop.assertCurrent()
    let parameters = try await resolved(settings, on: loop)
    guard let connection = start(parameters) else { throw PostgresError.cannotConnect("out of memory") }
    let handle = ConnectionHandle(loop, taking: connection)
    PQsetNoticeProcessor(connection, { _, _ in }, nil)
    do {
      try await handle.finishConnecting(before: loop.now + timeout)
      try handle.requireUTF8()
      try handle.startWatching()
    } catch {
      handle.close()
      throw error
    }
    return handle
  }

  /// `PQconnectPoll` would look names up itself, and block.
  private static func resolved(_ settings: ConnectionSettings, on loop: Loop) async throws -> [(
    String, String
  )] {
    var parameters = settings.parameters.map { ($0.keyword, $0.value) }
    let given = Set(parameters.map(\.0))
    // Asking for GSS encryption can block on a ticket cache; who wants it says so.
    if !given.contains("gssencmode") { parameters.append(("gssencmode", "disable")) }
    if !given.contains("client_encoding") { parameters.append(("client_encoding", "UTF8")) }
    guard !given.contains("hostaddr"), given.contains("host") else { return parameters }
    var hosts: [String] = []
    var addresses: [String] = []
    var ports: [String] = []
    var failure: (any Error)?
    for host in settings.hosts {
      if host.isLocalSocket {
        hosts.append(host.name)
        addresses.append("")
        ports.append(String(host.port))
        continue
      }
      do {
        // One entry per host: the first address in the system's order.
        guard let address = try await loop.resolve(host: host.name, port: host.port).first else { continue }
        hosts.append(host.name)
        addresses.append(address.host)
        ports.append(String(host.port))
      } catch {
        failure = error
      }
    }
    guard !hosts.isEmpty else {
      let names = settings.hosts.map(\.name).joined(separator: ", ")
      throw PostgresError.cannotConnect("cannot resolve \(names): \(failure.map { "\($0)" } ?? "no address")")
    }
    parameters.removeAll { $0.0 == "host" || $0.0 == "port" }
    parameters += [
      ("host", hosts.joined(separator: ",")), ("hostaddr", addresses.joined(separator: ",")),
      ("port", ports.joined(separator: ",")),
    ]
    return parameters
  }

  private static func start(_ parameters: [(String, String)]) -> OpaquePointer? {
    let keywords = parameters.map { strdup($0.0) }
    let values = parameters.map { strdup($0.1) }
    defer { for text in keywords + values { free(text) } }
    let keywordPointers = keywords.map { UnsafePointer($0) } + [nil]
    let valuePointers = values.map { UnsafePointer($0) } + [nil]
    return PQconnectStartParams(keywordPointers, valuePointers, 0)
  }

  private func finishConnecting(before deadline: UInt64) async throws {
    guard PQstatus(connection) != CONNECTION_BAD else {
      throw PostgresError.cannotConnect(connection.connectionMessage)
    }
    var wanted: Poll.Events = .writable
    while true {
      try await waitForSocket(wanted, before: deadline)
      switch PQconnectPoll(connection) {
      case PGRES_POLLING_OK: return
      case PGRES_POLLING_READING: wanted = .readable
      case PGRES_POLLING_WRITING: wanted = .writable
      default: throw PostgresError.cannotConnect(connection.connectionMessage)
      }
    }
  }

  /// A poll for one wait: `PQconnectPoll` may close the socket and open another one with the same number, which
  /// a poll that stays would not notice.
  private func waitForSocket(_ events: Poll.Events, before deadline: UInt64) async throws {
    let remaining = deadline > loop.now ? deadline - loop.now : 0
    let outcome: Result<Poll.Events, UVError>? = try await withSocketEvent(events, within: remaining)
    switch outcome {
    case .success: return
    case .failure(let error): throw PostgresError.cannotConnect("\(error)")
    case nil: throw PostgresError.cannotConnect("no answer within the time limit")
    }
  }

  private func withSocketEvent(_ events: Poll.Events, within limit: UInt64) async throws -> Result<
    Poll.Events, UVError
  >? {
    let signal = Signal<Result<Poll.Events, UVError>?>()
    let poll = try Poll(loop, descriptor: PQsocket(connection)) { signal.finish($0) }
    let timer = LoopTimer(loop) { signal.finish(nil) }
    defer {
      poll.close()
      timer.close()
    }
    try poll.watch(events)
    timer.start(after: limit)
    return await signal.wait()
  }

  private func requireUTF8() throws {
    let encoding = PQparameterStatus(connection, "server_encoding").map { String(cString: $0) } ?? "unknown"
    if encoding != "UTF8" {
      throw PostgresError.cannotConnect(
        "the database's encoding is \(encoding); Roster needs one made with ENCODING 'UTF8'")
    }
  }
}

/// A place where one task waits for one value; the first one counts.
/// SAFETY: `@unchecked Sendable` since it is used on one loop's thread alone.
final class Signal<Value: Sendable>: @unchecked Sendable {
  private var continuation: UnsafeContinuation<Value, Never>?

  func wait() async -> Value {
    await withUnsafeContinuation { continuation = $0 }
  }

  func finish(_ value: Value) {
    guard let waiting = continuation else { return }
    continuation = nil
    waiting.resume(returning: value)
  }
}
