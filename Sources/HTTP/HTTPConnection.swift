internal import Bytes
internal import EventLoop

/// One client's connection: reads a request, has it answered, and goes on to the next, one after the other.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of its loop alone.
final class HTTPConnection: @unchecked Sendable {
  /// What the connection is at, for its time limits.
  enum Phase: Equatable {
    /// Between two requests, with nothing of the next one here.
    case idle
    case head
    case body
    case answering
    /// Closing, with an answer that the client may still have to read.
    case lingering
  }

  let server: HTTPServer
  let stream: TCPStream
  /// What its answers count against.
  let share: ReaderShare
  let request: Request
  /// The task that runs the connection.
  var task: Task<Void, Never>?

  private(set) var phase = Phase.head
  private var phaseBegan: UInt64
  /// When the client last took bytes of an answer, and how many it had left then.
  private var lastTaken: UInt64
  private var lastUntaken = 0
  /// When the client last sent something while its connection lingered.
  private var lastHeard: UInt64 = 0
  /// Why the wait for the client was ended; it is the answer, if there is anything to answer.
  var interruption: HeadError?

  /// Which request of this connection is being answered; a writer of an earlier one has lost its right.
  var serial: UInt32 = 0
  var answer: ServerHooks.Answer?
  /// When the head was complete, in nanoseconds.
  var began: UInt64 = 0
  /// True if no request is read behind the present one.
  var closes = false
  /// True if the present answer may be large.
  var isBulk = false
  /// How an error is to be written; the route says so.
  var problems = Problem.Form.plain
  /// The present answer, if it is being compressed off the loop.
  var deferred: DeferredAnswer?
  /// The present body, if a handler takes it piece by piece.
  var incoming: IncomingBody?
  /// Bytes of a body that nobody wanted and that are still to come.
  var unwantedBytes = 0

  init(_ server: HTTPServer, _ stream: TCPStream, _ share: ReaderShare) {
    self.server = server
    self.stream = stream
    self.share = share
    request = Request(server.loop)
    request.peer = stream.peer
    phaseBegan = server.time
    lastTaken = server.time
  }

  /// Serves the client until one of the two has had enough.
  func run() async {
    do {
      while try await readHead() {
        try await answerRequest()
        try await stream.drain()
        if closes { break }
        try await discardBody()
        rest()
      }
      if closes { try await linger() }
    } catch {
      // The connection broke, or was ended by a time limit: nobody is left to tell.
    }
    stream.close()
  }

  func enter(_ next: Phase) {
    phase = next
    phaseBegan = server.time
    lastTaken = phaseBegan
    lastUntaken = 0
  }

  /// Waits for the next request with as little memory as possible.
  private func rest() {
    enter(.idle)
    if stream.inbound.isEmpty { stream.inbound.removeAll(keepingAtMost: 512) }
    request.body.removeAll(keepingAtMost: 512)
  }

  // MARK: Ends

  /// True while no byte of a request is here, not even in the kernel.
  private var isAtRest: Bool {
    switch phase {
    case .idle, .head: !stream.hasUnreadInput
    case .body, .answering, .lingering: false
    }
  }

  /// Ends a connection that has no request.
  func closeIfAtRest() {
    if isAtRest { stream.close() }
  }

  /// Ends the connection whatever it is at.
  func close() {
    stream.close()
    task?.cancel()
  }

  /// Holds the connection to its time limits; called a few times in the shortest of them.
  func checkTime(_ now: UInt64) {
    let settings = server.settings
    // The clock has moved since up to an interval before the phase began.
    let spent = now - min(now, phaseBegan + settings.clockInterval)
    switch phase {
    case .idle: if spent > settings.idleTime { endRest() }
    case .head: if spent > settings.headTime { expire(.late("the request")) { $0.lateHeads += 1 } }
    case .body: if spent > settings.bodyTime { expire(.late("the body")) { $0.lateBodies += 1 } }
    case .answering: checkReader(now)
    case .lingering:
      let silence = now - min(now, lastHeard + settings.clockInterval)
      if spent > settings.lingerTime || silence > settings.lingerSilence { stream.close() }
    }
  }

  private func endRest() {
    guard isAtRest else { return }
    server.counts.rested += 1
    stream.close()
  }

  private func expire(_ error: HeadError, _ count: (inout ConnectionCounts) -> Void) {
    if interruption == nil { count(&server.counts) }
    interrupt(error)
  }

  /// Ends a body that is still coming, so that its client hears why before the server is gone.
  func interruptBody() {
    if phase == .body { interrupt(.stopping) }
  }

  private func interrupt(_ error: HeadError) {
    interruption = error
    stream.endWait(with: .timedOut)
  }

  /// Cuts a reader that takes nothing. One that is slow but takes something is let be.
  private func checkReader(_ now: UInt64) {
    let untaken = stream.pendingBytes == 0 ? 0 : stream.unacknowledgedBytes
    if untaken == 0 || untaken != lastUntaken {
      lastUntaken = untaken
      lastTaken = now
    } else if now - lastTaken > server.settings.stallTime {
      server.counts.stalledReaders += 1
      stream.close()
    }
  }

  /// Closes so that the client gets to read the answer: were unread bytes of its own still with us, the kernel would
  /// send a reset, and that could overtake the answer.
  private func linger() async throws {
    enter(.lingering)
    lastHeard = server.time
    try await stream.drain()
    stream.finishWriting()
    while true {
      stream.inbound.removeAll(keepingAtMost: 16)
      // Ends by throwing, when the client has closed as well or takes too long.
      try await stream.readMore()
      lastHeard = server.time
    }
  }
}
