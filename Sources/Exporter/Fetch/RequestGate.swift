import EventLoop

/// Where requests wait until the window lets them through, first come, first served.
/// SAFETY: `@unchecked Sendable` since it is used on the loop's thread alone.
final class RequestGate: @unchecked Sendable {
  private let loop: Loop
  private(set) var window: RequestWindow
  private var waiting: [Entry] = []
  private var tickets = 0
  private var timer: LoopTimer?

  private struct Entry {
    let ticket: Int
    let continuation: UnsafeContinuation<RequestWindow.Permit, any Error>
  }

  init(_ loop: Loop, most: Int) {
    self.loop = loop
    window = RequestWindow(most: most)
  }

  /// Waits for a permit; throws `CancellationError` as soon as the task is canceled.
  func enter() async throws -> RequestWindow.Permit {
    loop.assertCurrent()
    try Task.checkCancellation()
    if waiting.isEmpty, let permit = window.admit(at: loop.now) { return permit }
    tickets += 1
    let ticket = tickets
    return try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        waiting.append(Entry(ticket: ticket, continuation: continuation))
        // A task that was canceled before it came here has had its call already.
        if Task.isCancelled { cancel(ticket) } else { admit() }
      }
    } onCancel: {
      loop.execute { [self] in cancel(ticket) }
    }
  }

  /// Gives a permit back.
  func leave(_ permit: RequestWindow.Permit, _ end: RequestWindow.End) {
    window.ended(permit, end, at: loop.now)
    admit()
  }

  private func admit() {
    while !waiting.isEmpty, let permit = window.admit(at: loop.now) {
      waiting.removeFirst().continuation.resume(returning: permit)
    }
    if waiting.isEmpty || loop.now >= window.opensAt {
      timer?.close()
      timer = nil
    } else {
      let timer = timer ?? LoopTimer(loop) { [weak self] in self?.admit() }
      timer.start(after: window.opensAt - loop.now)
      self.timer = timer
    }
  }

  private func cancel(_ ticket: Int) {
    guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return }
    waiting.remove(at: index).continuation.resume(throwing: CancellationError())
    admit()
  }
}
