import EventLoop
import Glibc

/// One connection through a ``ChaosProxy``: two sockets and what is on its way between them.
///
/// SAFETY: `@unchecked Sendable` since it is used on the proxy's loop alone.
final class ChaosRelay: @unchecked Sendable {
  enum Direction { case toServer, toClient }

  private let loop: Loop
  private let mischief: Mischief
  private let onEnd: (ChaosRelay) -> Void
  var onPassed: (Direction, Int) -> Void = { _, _ in }
  private var client: ChaosSocket?
  private var server: ChaosSocket?
  private var toServer = Flow()
  private var toClient = Flow()
  private var timer: LoopTimer?
  private var timerRuns = false
  private var isStalled = false

  /// Bytes on their way in one direction.
  private struct Flow {
    var waiting: [UInt8] = []
    var passed = 0
    var sourceEnded = false
    var endPassedOn = false
    /// While bytes lie here, no more are read: who sends too much waits.
    static let room = 64 * 1024
  }

  init(_ loop: Loop, _ mischief: Mischief, onEnd: @escaping (ChaosRelay) -> Void) {
    self.loop = loop
    self.mischief = mischief
    self.onEnd = onEnd
  }

  func begin(client descriptor: Int32, upstream: ChaosProxy.Endpoint) {
    do {
      client = try ChaosSocket(loop, taking: descriptor) { [weak self] in self?.work($0, from: .toServer) }
      if mischief.refuses { return cut(resetting: mischief.resets) }
      if !mischief.isSilent {
        let connected = try upstream.connectedSocket()
        server = try ChaosSocket(loop, taking: connected) { [weak self] in self?.work($0, from: .toClient) }
      }
      timer = LoopTimer(loop) { [weak self] in self?.timeCame() }
      update()
    } catch {
      cut(resetting: true)
    }
  }

  func stall(_ stalls: Bool) {
    isStalled = stalls
    if !stalls { pump() }
    update()
  }

  /// Lets both ends hear nothing any more, not even that something arrived.
  func vanish() throws {
    stall(true)
    for socket in [client, server] { try socket?.dropPackets() }
  }

  func cut(resetting: Bool) {
    guard client != nil else { return }
    for socket in [client, server] { socket?.close(resetting: resetting) }
    client = nil
    server = nil
    timer?.close()
    onEnd(self)
  }

  private func work(_ events: Poll.Events?, from direction: Direction) {
    guard let events else { return cut(resetting: mischief.resets) }
    if events.contains(.readable) { read(direction) }
    pump()
    update()
  }

  private func read(_ direction: Direction) {
    let source = direction == .toServer ? client : server
    var flow = direction == .toServer ? toServer : toClient
    guard let source, !flow.sourceEnded, flow.waiting.count < Flow.room else { return }
    switch source.read(upTo: Flow.room) {
    case .bytes(let bytes):
      if direction == .toServer, mischief.isSilent { return }
      let wasEmpty = flow.waiting.isEmpty
      flow.waiting += bytes
      if direction == .toClient, wasEmpty, mischief.answerDelay > 0 { startTimer(mischief.answerDelay) }
    case .nothing: return
    case .end: flow.sourceEnded = true
    case .failure: return cut(resetting: true)
    }
    if direction == .toServer { toServer = flow } else { toClient = flow }
  }

  private func startTimer(_ delay: UInt64) {
    guard !timerRuns else { return }
    timerRuns = true
    timer?.start(after: delay)
  }

  private func timeCame() {
    timerRuns = false
    pump()
    update()
  }

  private func pump() {
    guard !isStalled else { return }
    pump(.toServer, &toServer, to: server, limit: mischief.cutAfterClientBytes)
    // While the timer runs, answers are held.
    if !timerRuns { pump(.toClient, &toClient, to: client, limit: mischief.cutAfterServerBytes) }
    if toServer.endPassedOn, toClient.endPassedOn { cut(resetting: false) }
  }

  private func pump(_ direction: Direction, _ flow: inout Flow, to sink: ChaosSocket?, limit: Int?) {
    guard let sink, client != nil else { return }
    while !flow.waiting.isEmpty {
      var length = flow.waiting.count
      if direction == .toClient, let trickle = mischief.trickle { length = min(length, trickle) }
      if let limit { length = min(length, limit - flow.passed) }
      if direction == .toClient, let stall = mischief.stallAfterServerBytes {
        length = min(length, stall - flow.passed)
        if length == 0 { return isStalled = true }
      }
      let written = length == 0 ? 0 : sink.write(flow.waiting[..<length])
      guard let written else { return cut(resetting: true) }
      flow.waiting.removeFirst(written)
      flow.passed += written
      onPassed(direction, written)
      if let limit, flow.passed >= limit { return cut(resetting: mischief.resets) }
      if written == 0 { return }
      if direction == .toClient, mischief.trickle != nil { return startTimer(1) }
    }
    if flow.sourceEnded, !flow.endPassedOn {
      flow.endPassedOn = true
      sink.finishWriting()
    }
  }

  private func update() {
    guard client != nil else { return }
    func reads(_ flow: Flow) -> Bool { !isStalled && !flow.sourceEnded && flow.waiting.count < Flow.room }
    let held = timerRuns || isStalled
    client?.watch(reading: reads(toServer), writing: !toClient.waiting.isEmpty && !held)
    server?.watch(reading: reads(toClient), writing: !toServer.waiting.isEmpty && !isStalled)
  }
}
