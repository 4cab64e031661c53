internal import Bytes
internal import EventLoop

/// One client's connection: reads a request, has it answered, and goes on to the next, one after the other.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of its loop alone.
final class HTTPConnection: @unchecked Sendable {
  private enum Phase: Equatable {
    case idle
    case head
    case body
    case answering
    case lingering
  }

  private let server: HTTPServer
  private let stream: TCPStream
  private let request: Request
  private var phase = Phase.idle
  private var phaseBegan: UInt64
  private var answer: ServerHooks.Answer?
  private var began: UInt64 = 0
  private var closes = false
  private var timedOut = false

  init(_ server: HTTPServer, _ stream: TCPStream) {
    self.server = server
    self.stream = stream
    request = Request(server.loop)
    request.peer = stream.peer
    phaseBegan = server.loop.now
    phase = .head
  }

  // MARK: Life

  func run() async {
    do {
      while try await readHead() {
        try await answerRequest()
        try await stream.drain()
        if closes { break }
        enter(.idle)
        if server.isDraining, stream.inbound.isEmpty { break }
      }
      if closes { await linger() }
    } catch {
      // The connection broke, or was ended by a time limit: nobody is left to tell.
    }
    stream.close()
  }

  func close() { stream.close() }

  /// Ends a connection that waits for its next request.
  func endIfIdle() {
    if phase == .idle, stream.inbound.isEmpty { stream.close() }
  }

  private func enter(_ next: Phase) {
    phase = next
    phaseBegan = server.loop.now
  }

  /// Called every quarter of a second.
  func checkTime(_ now: UInt64) {
    let settings = server.settings
    let spent = now - phaseBegan
    switch phase {
    case .idle: if spent > settings.idleTime { stream.close() }
    case .head: if spent > settings.headTime { expire() }
    case .body: if spent > settings.bodyTime { expire() }
    case .answering:
      if stream.pendingBytes > 0, now - stream.lastProgress > settings.stallTime { stream.close() }
    case .lingering: if spent > 2000 { stream.close() }
    }
  }

  private func expire() {
    timedOut = true
    stream.endWait(with: .timedOut)
  }

  // MARK: Reading

  /// Reads the next head; false when the client has gone or the head was refused.
  private func readHead() async throws -> Bool {
    var scanner = HeadScanner()
    do {
      while true {
        let progress = try stream.inbound.withBytes { bytes throws(HeadError) in
          try scanner.scan(bytes, server.settings.head)
        }
        if case .complete(let length) = progress {
          try takeHead(length)
          return true
        }
        if phase == .idle, !stream.inbound.isEmpty { enter(.head) }
        try await readMore()
      }
    } catch let error as HeadError {
      refuse(error)
      closes = true
      return false
    }
  }

  private func readMore() async throws {
    do {
      try await stream.readMore()
    } catch let error as UVError where error == .timedOut && timedOut {
      // A client that never said anything gets no answer.
      if stream.inbound.isEmpty, phase == .head { throw UVError.timedOut }
      throw HeadError(status: .requestTimeout, detail: "the request did not arrive in time")
    }
  }

  private func takeHead(_ length: Int) throws(HeadError) {
    began = Loop.nanoseconds
    request.bytes.removeAll(keepingAtMost: 4096)
    stream.inbound.withBytes { request.bytes.append(UnsafeRawBufferPointer(rebasing: $0.prefix(length))) }
    stream.inbound.removeFirst(length)
    request.body.removeAll(keepingAtMost: 4096)
    request.parameters.removeAll(keepingCapacity: true)
    answer = nil
    try request.bytes.withBytes { bytes throws(HeadError) in
      try HeadParser.parse(bytes, server.settings.head, into: &request.head)
    }
    server.identifiers.assign(to: request)
    closes = !request.head.keepsAlive || server.isDraining
    enter(.answering)
  }

  /// Takes the body in, whole, within `limit` bytes.
  private func readBody(limit: Int) async throws {
    let tooLarge = HeadError(status: .contentTooLarge, detail: "the body is larger than \(limit) bytes")
    switch request.head.body {
    case .none: return
    case .length(let length):
      if length > limit { throw tooLarge }
      try await expectBody(length)
      while true {
        let taken = min(length - request.body.count, stream.inbound.count)
        stream.inbound.withBytes { request.body.append(UnsafeRawBufferPointer(rebasing: $0.prefix(taken))) }
        stream.inbound.removeFirst(taken)
        if request.body.count == length { break }
        try await readMore()
      }
    case .chunked:
      var decoder = ChunkedDecoder()
      try await expectBody(1)
      while true {
        try decoder.decode(&stream.inbound, into: &request.body)
        if request.body.count > limit { throw tooLarge }
        if decoder.isDone { break }
        try await readMore()
      }
    }
    request.head.body = .none
    enter(.answering)
  }

  private func expectBody(_ length: Int) async throws {
    enter(.body)
    guard request.head.expectsContinue, length > 0, stream.inbound.isEmpty else { return }
    let line: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
    stream.write(UnsafeRawBufferPointer(start: line.utf8Start, count: line.utf8CodeUnitCount))
  }

  // MARK: Answering

  private func answerRequest() async throws {
    var route: Route?
    do {
      let found = try findRoute()
      route = found
      try server.hooks.authorize(request, found)
      if found.isBulk, server.unreadBytes > server.settings.unreadBytes {
        throw Problem(
          .serviceUnavailable, "slow readers hold too much of this server's memory; try again",
          headers: [Header("Retry-After", "1")])
      }
      try await readBody(limit: found.bodyLimit)
      try await found.handler(request, ResponseWriter(connection: self))
      if answer == nil { throw Unanswered() }
    } catch let error as HeadError {
      closes = true
      report(Problem(error.status, error.detail))
    } catch {
      if let error = error as? UVError { throw error }
      if request.head.body != .none, request.head.body != .length(0) { closes = true }
      if answer == nil { report(error as? Problem ?? server.hooks.explain(error, request)) }
    }
    if let answer { server.hooks.answered(request, route, answer) }
  }

  private func findRoute() throws -> Route {
    switch request.bytes.withBytes({ server.router.match(request.method, request.head.path, in: $0) }) {
    case .found(let index, let parameters):
      request.parameters = parameters
      return server.router.routes[index]
    case .methodNotAllowed(let allow):
      throw Problem(
        .methodNotAllowed, "this path answers to \(allow) alone", headers: [Header("Allow", allow)])
    case .notFound: throw Problem(.notFound, "there is nothing at this path")
    }
  }

  private func refuse(_ error: HeadError) {
    request.head.reset()
    request.bytes.removeAll()
    server.identifiers.assign(to: request)
    closes = true
    began = Loop.nanoseconds
    report(Problem(error.status, error.detail))
    if let answer { server.hooks.answered(request, nil, answer) }
  }

  private func report(_ problem: Problem) {
    respond(problem.status, type: "application/problem+json", headers: problem.headers) { body in
      request.identifier.withBytes { problem.write(to: &body, instance: $0) }
    }
  }

  /// Writes and sends a complete answer; nothing is sent if `fill` throws.
  func respond(
    _ status: Status, type: StaticString, headers: [Header], _ fill: (inout ByteBuffer) throws -> Void
  ) rethrows {
    server.loop.assertCurrent()
    server.bodyBuffer.removeAll(keepingAtMost: 1 << 20)
    try fill(&server.bodyBuffer)
    let length = server.bodyBuffer.count
    server.headBuffer.removeAll()
    server.responseHead.write(
      status, type: type, length: length, headers: headers, request: request, closes: closes,
      to: &server.headBuffer)
    server.headBuffer.withBytes { head in
      server.bodyBuffer.withBytes { body in
        stream.write(head, request.method == .head ? UnsafeRawBufferPointer(start: nil, count: 0) : body)
      }
    }
    answer = ServerHooks.Answer(status: status.code, duration: Loop.nanoseconds - began, length: length)
  }

  /// Closes so that the client gets to read the answer: were unread bytes of its own still with us, the kernel would
  /// send a reset, and that could overtake the answer.
  private func linger() async {
    enter(.lingering)
    stream.finishWriting()
    var discarded = 0
    do {
      while discarded < 1 << 20 {
        discarded += stream.inbound.count
        stream.inbound.removeAll(keepingAtMost: 16)
        try await stream.readMore()
      }
    } catch {
      // The client has closed as well, or took too long.
    }
  }
}

/// A handler that returned without an answer, which is a fault of the program.
struct Unanswered: Error {}
