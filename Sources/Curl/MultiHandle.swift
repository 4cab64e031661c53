internal import CCurl
import EventLoop

/// libcurl's multi handle, driven by the loop: libcurl says which descriptors and how long to wait for, the loop says
/// when. Owns the C handle.
final class MultiHandle {
  private let loop: Loop
  private let raw: UnsafeMutableRawPointer
  private var polls: [Int32: Poll] = [:]
  private var timer: LoopTimer?
  /// A transfer has ended with this code.
  private let onDone: (UnsafeMutableRawPointer, CURLcode) -> Void
  private var isClosed = false

  init(
    _ loop: Loop, connections: Int, onDone: @escaping (UnsafeMutableRawPointer, CURLcode) -> Void
  ) throws(CurlError) {
    try MultiHandle.startLibrary.get()
    guard let raw = curl_multi_init() else { throw CurlError(CURLE_OUT_OF_MEMORY) }
    self.loop = loop
    self.raw = raw
    self.onDone = onDone
    // Idle connections are kept, so that each is used for the whole run.
    try check(client_multi_set_long(raw, CURLMOPT_MAXCONNECTS, connections))
    try check(client_multi_set_long(raw, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING)))
    timer = LoopTimer(loop) { [unowned self] in  // SAFETY: `close` ends the timer before this object goes.
      act(on: CURL_SOCKET_TIMEOUT, 0)
    }
    // SAFETY: libcurl calls back from inside calls on `raw` alone, which this object makes.
    try check(
      client_multi_set_callbacks(
        raw,
        { _, descriptor, what, context, _ in
          MultiHandle.from(context)?.watch(descriptor, what)
          return 0
        },
        { _, milliseconds, context in
          MultiHandle.from(context)?.wait(milliseconds)
          return 0
        }, Unmanaged.passUnretained(self).toOpaque()))
  }

  deinit {
    // Where `close` was forgotten the callbacks must not come here any more.
    if !isClosed {
      _ = client_multi_set_callbacks(raw, nil, nil, nil)
      curl_multi_cleanup(raw)
    }
  }

  /// All transfers must have been removed.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    curl_multi_cleanup(raw)
    timer?.close()
    for poll in polls.values { poll.close() }
    polls = [:]
  }

  func add(_ easy: UnsafeMutableRawPointer) throws(CurlError) {
    try check(curl_multi_add_handle(raw, easy))
  }

  func remove(_ easy: UnsafeMutableRawPointer) {
    curl_multi_remove_handle(raw, easy)
  }

  private func act(on descriptor: Int32, _ events: Int32) {
    guard !isClosed else { return }
    var running: Int32 = 0
    // What fails here fails in the transfers too, whose messages tell it.
    _ = curl_multi_socket_action(raw, descriptor, events, &running)
    readMessages()
  }

  private func readMessages() {
    var left: Int32 = 0
    while !isClosed, let message = curl_multi_info_read(raw, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
      let code = client_message_result(message)
      curl_multi_remove_handle(raw, easy)
      onDone(easy, code)
    }
  }

  /// libcurl wants to know about a descriptor, or no more. It uses a number again as soon as the descriptor is
  /// closed, so a poll is closed with it and never kept for later.
  private func watch(_ descriptor: Int32, _ what: Int32) {
    if what == CURL_POLL_REMOVE {
      polls.removeValue(forKey: descriptor)?.close()
      return
    }
    var events: Poll.Events = []
    if what & CURL_POLL_IN != 0 { events.insert(.readable) }
    if what & CURL_POLL_OUT != 0 { events.insert(.writable) }
    do {
      try poll(descriptor).watch(events)
    } catch {
      fail(descriptor)
    }
  }

  private func poll(_ descriptor: Int32) throws(UVError) -> Poll {
    if let poll = polls[descriptor] { return poll }
    // SAFETY: `close` closes every poll before this object goes.
    let poll = try Poll(loop, descriptor: descriptor) { [unowned self] result in
      switch result {
      case .success(let events):
        var bits: Int32 = 0
        if events.contains(.readable) { bits |= CURL_CSELECT_IN }
        if events.contains(.writable) { bits |= CURL_CSELECT_OUT }
        act(on: descriptor, bits)
      case .failure:
        // No more events come from this poll: libcurl finds the error at its next read or write.
        polls.removeValue(forKey: descriptor)?.close()
        act(on: descriptor, CURL_CSELECT_ERR)
      }
    }
    polls[descriptor] = poll
    return poll
  }

  /// The descriptor cannot be watched. libcurl must not be called from its own callback, so later.
  private func fail(_ descriptor: Int32) {
    polls.removeValue(forKey: descriptor)?.close()
    loop.atEndOfTurn { [weak self] in self?.act(on: descriptor, CURL_CSELECT_ERR) }
  }

  private func wait(_ milliseconds: Int) {
    if milliseconds < 0 {
      timer?.stop()
    } else {
      // Also for 0: libcurl must not be called from its own callback.
      timer?.start(after: UInt64(milliseconds))
    }
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> MultiHandle? {
    // SAFETY: set in `init`, and the object outlives its C handle.
    context.map { Unmanaged<MultiHandle>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Once for the process, on first use; from 7.84 on safe against other threads.
  private static let startLibrary: Result<Void, CurlError> = {
    let code = curl_global_init(Int(CURL_GLOBAL_ALL))
    return code == CURLE_OK ? .success(()) : .failure(CurlError(code))
  }()
}
