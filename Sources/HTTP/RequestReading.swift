internal import Bytes
internal import EventLoop

/// How a connection takes requests in.
extension HTTPConnection {
  /// Reads the next head; false if it was refused. Throws when the client has gone.
  func readHead() async throws -> Bool {
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
      return false
    }
  }

  func readMore() async throws {
    do {
      try await stream.readMore()
    } catch let error as UVError where error == .timedOut {
      // A client that never said anything gets no answer.
      guard let interruption, phase != .head || !stream.inbound.isEmpty else { throw error }
      throw interruption
    }
  }

  private func takeHead(_ length: Int) throws(HeadError) {
    began = Loop.nanoseconds
    serial &+= 1
    answer = nil
    isBulk = false
    incoming = nil
    request.bytes.removeAll(keepingAtMost: 4096)
    stream.inbound.withBytes { request.bytes.append(UnsafeRawBufferPointer(rebasing: $0.prefix(length))) }
    stream.inbound.removeFirst(length)
    request.body.removeAll(keepingAtMost: 4096)
    try request.bytes.withBytes { bytes throws(HeadError) in
      try HeadParser.parse(bytes, server.settings.head, into: &request.head)
    }
    server.identifiers.assign(to: request)
    closes = !request.head.keepsAlive
    enter(.answering)
  }

  /// Takes the body in, whole, within `limit` bytes.
  func readBody(limit: Int) async throws {
    var decoder = try BodyDecoder(request.head.body, limit: limit)
    enter(.body)
    askForBody()
    while try !decoder.decode(&stream.inbound, into: &request.body) { try await readMore() }
    request.head.body = .none
    enter(.answering)
  }

  /// Lets a client that waits for it send its body.
  func askForBody() {
    guard request.head.expectsContinue else { return }
    // From here on it is certain that the body comes.
    request.head.expectsContinue = false
    guard request.head.body != .length(0), stream.inbound.isEmpty else { return }
    let line: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
    stream.write(UnsafeRawBufferPointer(start: line.utf8Start, count: line.utf8CodeUnitCount))
  }

  // MARK: Unwanted

  /// Finds out what a body, or the rest of one, that nobody wanted means for the connection: a short one is read over
  /// behind the answer, any other ends the connection.
  func giveUpBody() {
    if request.head.body == .none { return }
    switch incoming?.decoder?.remaining ?? request.head.body.length {
    case 0: break
    // With an expectation nobody can know whether the client will send the body.
    case .some(let length) where length <= 64 * 1024 && !request.head.expectsContinue:
      unwantedBytes = length
      skipUnwanted()
    default: closes = true
    }
    incoming = nil
    request.head.body = .none
  }

  private func skipUnwanted() {
    let here = min(unwantedBytes, stream.inbound.count)
    stream.inbound.removeFirst(here)
    unwantedBytes -= here
  }

  /// Reads over what ``giveUpBody()`` left.
  func discardBody() async throws {
    if unwantedBytes == 0 { return }
    enter(.body)
    while unwantedBytes > 0 {
      try await stream.readMore()
      skipUnwanted()
    }
  }
}
