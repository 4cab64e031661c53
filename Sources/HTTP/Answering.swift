internal import Bytes
internal import EventLoop

/// How a connection has its requests answered.
extension HTTPConnection {
  /// Sees to it that the request gets its one answer. Throws only if the connection breaks.
  func answerRequest() async throws {
    let route = admit()
    if answer == nil, let route {
      do {
        switch route.handling {
        case .whole(let handler):
          if request.head.body != .none { try await readBody(limit: route.bodyLimit) }
          await call(handler)
        case .streamed(let handler):
          try await stream(to: handler, limit: route.bodyLimit)
        }
      } catch let error as HeadError {
        refuseBody(error.problem)
      }
    }
    if let answer { server.hooks.answered(request, route, answer) }
  }

  /// The route of the request, if there is one; it is answered already if it may not be asked for.
  ///
  /// Not inlined: a connection keeps the frames of its asynchronous functions from one request to the next, and what
  /// is at hand here alone has no business there.
  @inline(never)
  private func admit() -> Route? {
    var route: Route?
    problems = .plain
    share.readers = .others
    do {
      let found = try findRoute()
      route = found
      problems = found.problems
      try server.hooks.authorize(request, found)
      if found.access == .key { share.readers = .keyed }
      if found.needsBody, request.head.body == .none { throw Self.lengthRequired }
      if found.isBulk, share.isOverBudget { throw refusal() }
      isBulk = found.isBulk
    } catch {
      giveUpBody()
      fail(error)
    }
    return route
  }

  private func stream(to handler: StreamingHandler, limit: Int) async throws {
    let body = try openBody(limit: limit)
    await call { try await handler($0, RequestBody(self, body), $1) }
    // Whatever the handler made of it: nobody is there to answer.
    if case .clientGone(let error) = body.failure { throw error }
  }

  private func call(_ handler: (Request, consuming ResponseWriter) async throws -> Void) async {
    do {
      try await handler(request, ResponseWriter(connection: self, serial: serial))
      if answer == nil { throw Unanswered() }
    } catch let failure as BodyFailure {
      // The client's doing and no fault of the handler, which would be noticed.
      if case .refused(let problem) = failure, answer == nil { refuseBody(problem) }
    } catch {
      fail(error)
    }
    if deferred != nil { await sendDeferred() }
  }

  /// Answers a body that is not taken. Where it ends cannot be known any more.
  private func refuseBody(_ problem: Problem) {
    closes = true
    incoming = nil
    request.head.body = .none
    report(problem)
  }

  private func findRoute() throws -> Route {
    let head = request.head
    let match = request.bytes.withBytes {
      server.router.match(head.method, head.path, in: $0, &request.parameters)
    }
    switch match {
    case .found(let index): return server.router.routes[index]
    case .otherMethods(let allow, _) where head.method == .options: throw Options(allow: allow)
    case .otherMethods(let allow, let index):
      problems = server.router.routes[index].problems
      throw Problem(
        .methodNotAllowed, "this path answers to \(allow) alone", headers: [Header("Allow", allow)])
    case .notFound where isAsterisk: throw Options(allow: server.router.allMethods)
    case .notFound: throw Problem(.notFound, "there is nothing at this path")
    }
  }

  /// `OPTIONS *`, which asks about the server as a whole.
  private var isAsterisk: Bool {
    request.head.method == .options
      && request.bytes.withBytes { request.head.path.of($0).first == UInt8(ascii: "*") }
  }

  /// Answers a request that failed, if it has no answer yet; whatever failed is explained, so that it is noticed.
  private func fail(_ error: any Error) {
    if let options = error as? Options {
      respond(.noContent, type: "", headers: [Header("Allow", options.allow)]) { _ in }
      return
    }
    let problem = error as? Problem ?? server.hooks.explain(error, request)
    if answer == nil { report(problem) }
  }

  /// Answers a head that cannot be understood.
  func refuse(_ error: HeadError) {
    serial &+= 1
    answer = nil
    isBulk = false
    problems = .plain
    request.head.reset()
    request.bytes.removeAll()
    server.identifiers.assign(to: request)
    closes = true
    began = Loop.nanoseconds
    report(error.problem)
    if let answer { server.hooks.answered(request, nil, answer) }
  }

  private func report(_ problem: Problem) {
    respond(problem.status, type: "application/problem+json", headers: problem.headers) { body in
      request.identifier.withBytes { problem.write(to: &body, instance: $0, problems) }
    }
  }

  /// Counts and explains an answer for which slow readers have left no memory.
  private func refusal() -> Problem {
    switch share.readers {
    case .keyed:
      server.counts.overBudget += 1
      return .unavailable("slow readers hold too much of this server's memory; try again")
    case .others:
      server.counts.overOpenBudget += 1
      return .unavailable("slow readers hold all the memory there is for those without a key; try again")
    }
  }

  private static let lengthRequired = Problem(
    .lengthRequired,
    "this needs a body: say how long it is with Content-Length, or send it with Transfer-Encoding: chunked")

  /// Bodies up to this length are copied behind their head: the kernel takes one piece of memory faster than two.
  private static let copiedLength = 4096

  /// Writes and sends a complete answer; nothing is sent if `fill` throws.
  func respond(
    _ status: Status, type: StaticString, headers: [Header], _ fill: (inout ByteBuffer) throws -> Void
  ) rethrows {
    server.loop.assertCurrent()
    // Many may have been let in at once while the budget still held.
    if isBulk, share.isOverBudget {
      isBulk = false
      return report(refusal())
    }
    var buffers = server.takeBuffers()
    do {
      try fill(&buffers.body)
    } catch {
      server.giveBack(buffers)
      throw error
    }
    if buffers.body.count >= server.settings.gzipFrom {
      negotiate(status, type: type, headers: headers, buffers)
    } else {
      send(status, type: type, headers: headers, buffers)
    }
  }

  /// Sends a complete answer; its length is left out where `isMeasured` is false.
  func send(
    _ status: Status, type: StaticString, headers: [Header], isMeasured: Bool = true,
    _ buffers: consuming AnswerBuffers
  ) {
    giveUpBody()
    // Whatever of the next request is here already is still served.
    if server.isDraining, stream.inbound.isEmpty { closes = true }
    let length = status.forbidsBody ? 0 : buffers.body.count
    server.responseHead.write(
      status, type: type, length: status.forbidsBody || !isMeasured ? nil : length, headers: headers,
      request: request, closes: closes, to: &buffers.head)
    let isHeadAlone = status.forbidsBody || request.method == .head
    if isHeadAlone {
      buffers.head.withBytes { stream.write($0) }
    } else if length <= Self.copiedLength {
      buffers.body.withBytes { buffers.head.append($0) }
      buffers.head.withBytes { stream.write($0) }
    } else {
      buffers.head.withBytes { head in buffers.body.withBytes { body in stream.write(head, body) } }
    }
    server.giveBack(buffers)
    noteAnswer(status, length: length)
  }

  /// Keeps what was answered, for the hooks.
  func noteAnswer(_ status: Status, length: Int) {
    answer = ServerHooks.Answer(status: status.code, duration: Loop.nanoseconds - began, length: length)
  }
}

/// A handler that returned without an answer, which is a fault of the program.
struct Unanswered: Error {}

/// The answer to OPTIONS where no route gives its own.
private struct Options: Error {
  let allow: String
}

/// Where an answer is written before it goes to the socket.
struct AnswerBuffers: ~Copyable {
  var head = ByteBuffer(capacity: 1024)
  var body = ByteBuffer(capacity: 16 * 1024)
}
