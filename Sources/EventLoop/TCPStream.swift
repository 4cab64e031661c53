public import Bytes
internal import CLibUV
internal import Glibc

/// One TCP connection on a loop.
///
/// What arrives lies in ``inbound`` until its owner removes it; reading rests while more than
/// ``inboundLimit`` bytes lie there, so that a fast sender waits in the kernel. Writing tries the socket at
/// once, copies only what it did not take, and then suspends the writer until that is gone.
public final class TCPStream: LoopHandle, @unchecked Sendable {  // SAFETY: as LoopHandle.
  /// Bytes that arrived and were not yet removed.
  public var inbound = ByteBuffer(capacity: 16)
  /// Reading rests beyond this many bytes in ``inbound``.
  public let inboundLimit: Int
  /// Who is at the other end; nil if it went away before we could ask.
  public private(set) var peer: SocketAddress?

  /// Bytes written but not yet taken by the socket.
  public private(set) var pendingBytes = 0
  /// Called with each change of ``pendingBytes``, so that a budget over all streams can be kept; also after
  /// ``close()``, when bytes are dropped that were still pending.
  public var onPendingChange: ((Int) -> Void)?

  private var isReading = false
  private var hasNews = false
  private var readEnd: UVError?
  private let readWait = Wait()
  private var writeError: UVError?
  private var drainWaits: [Wait] = []

  init(_ loop: Loop, inboundLimit: Int) throws(UVError) {
    self.inboundLimit = inboundLimit
    super.init(loop, uv_tcp_t.self)
    try check(uv_tcp_init(loop.uv, typed(as: uv_tcp_t.self)), "uv_tcp_init")
    didInitialize()
  }

  /// To be called once the stream is connected.
  func didConnect() {
    var descriptor: Int32 = -1
    if uv_fileno(loop_as_handle(raw), &descriptor) == 0 {
      peer = SocketAddress(descriptor: descriptor, peer: true)
    }
    uv_tcp_nodelay(typed(as: uv_tcp_t.self), 1)
  }

  // MARK: Reading

  /// Waits until ``inbound`` has more than it had when this was last called.
  ///
  /// Throws ``UVError/endOfFile`` when the peer has finished, and the error of the connection otherwise. Ended
  /// by ``close()`` and ``endWait(with:)``, not by the task's cancellation, see ``closingOnCancel(_:)``.
  public func readMore() async throws {
    loop.assertCurrent()
    if hasNews {
      hasNews = false
      return
    }
    if let readEnd { throw readEnd }
    if isClosed { throw UVError.canceled }
    try startReading()
    try await readWait.waitUncanceled()
    hasNews = false
  }

  /// True if bytes wait to be read, here or in the kernel.
  public var hasUnreadInput: Bool {
    loop.assertCurrent()
    if !inbound.isEmpty { return true }
    var descriptor: Int32 = -1
    guard !isClosed, uv_fileno(loop_as_handle(raw), &descriptor) == 0 else { return false }
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) > 0
  }

  /// Makes a waiting ``readMore()`` throw `error`; nothing happens where none waits.
  public func endWait(with error: UVError) {
    readWait.finish(error)
  }

  private func startReading() throws(UVError) {
    guard !isReading, inbound.count < inboundLimit else { return }
    try check(
      uv_read_start(
        loop_as_stream(raw),
        { handle, _, buffer in
          guard let stream = LoopHandle.from(handle, as: TCPStream.self), let buffer else { return }
          let slab = stream.loop.slab
          buffer.pointee = uv_buf_init(
            slab.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(slab.count))
        },
        { handle, count, buffer in
          guard let stream = LoopHandle.from(handle, as: TCPStream.self), !stream.isClosed else { return }
          stream.loop.turn { stream.didRead(count, UnsafeRawPointer(buffer?.pointee.base)) }
        }), "uv_read_start")
    isReading = true
  }

  private func didRead(_ count: Int, _ bytes: UnsafeRawPointer?) {
    if count < 0 {
      readEnd = UVError(code: Int32(count))
      stopReading()
      readWait.finish(readEnd)
      return
    }
    guard count > 0 else { return }
    loop.bytesReceived &+= count
    inbound.append(UnsafeRawBufferPointer(start: bytes, count: count))
    if inbound.count >= inboundLimit { stopReading() }
    hasNews = true
    readWait.finish(nil)
  }

  private func stopReading() {
    guard isReading else { return }
    isReading = false
    uv_read_stop(loop_as_stream(raw))
  }

  // MARK: Writing

  /// Sends `first` and `second`, in one system call where the socket takes them; what it does not take is
  /// copied and goes out later, see ``drain()``.
  public func write(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer = .init(start: nil, count: 0)
  ) {
    loop.assertCurrent()
    guard !isClosed, writeError == nil, first.count + second.count > 0 else { return }
    var sent = 0
    if pendingBytes == 0 {
      let buffers = (buffer(first), buffer(second))
      let result = withUnsafePointer(to: buffers) {
        $0.withMemoryRebound(to: uv_buf_t.self, capacity: 2) {
          uv_try_write(loop_as_stream(raw), $0, second.isEmpty ? 1 : 2)
        }
      }
      if result >= 0 {
        sent = Int(result)
      } else if result != UV_EAGAIN.rawValue {
        writeError = UVError(code: result, call: "uv_try_write")
        return
      }
    }
    loop.bytesSent &+= first.count + second.count
    let fromFirst = min(sent, first.count)
    queue(
      UnsafeRawBufferPointer(rebasing: first[fromFirst...]),
      UnsafeRawBufferPointer(rebasing: second[(sent - fromFirst)...]))
  }

  private func buffer(_ bytes: UnsafeRawBufferPointer) -> uv_buf_t {
    uv_buf_t(
      base: UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: CChar.self),
      len: bytes.count)
  }

  private func queue(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) {
    let length = first.count + second.count
    guard length > 0 else { return }
    let write = QueuedWrite(self, first, second)
    var rest = uv_buf_t(base: write.bytes.baseAddress?.assumingMemoryBound(to: CChar.self), len: length)
    let result = uv_write(write.request, loop_as_stream(raw), &rest, 1) { request, status in
      guard let data = request?.pointee.data else { return }
      // SAFETY: takes back the reference that is handed over below; libuv calls this exactly once.
      let write = Unmanaged<QueuedWrite>.fromOpaque(data).takeRetainedValue()
      write.stream.loop.turn { write.stream.didWrite(write.bytes.count, status) }
    }
    if result < 0 {
      writeError = UVError(code: result, call: "uv_write")
      return
    }
    // SAFETY: the request owns the object until its callback.
    write.request.pointee.data = Unmanaged.passRetained(write).toOpaque()
    changePending(length)
  }

  private func changePending(_ change: Int) {
    pendingBytes += change
    onPendingChange?(change)
  }

  private func didWrite(_ length: Int, _ status: Int32) {
    changePending(-length)
    if status < 0, writeError == nil { writeError = UVError(code: status, call: "uv_write") }
    guard pendingBytes == 0 || writeError != nil else { return }
    let waits = drainWaits
    drainWaits.removeAll()
    for wait in waits { wait.finish(writeError) }
  }

  /// Waits until the socket has taken all that was written. Throws what went wrong since. Ended by ``close()``, not
  /// by the task's cancellation.
  public func drain() async throws {
    loop.assertCurrent()
    if let writeError { throw writeError }
    guard pendingBytes > 0 else { return }
    let wait = Wait()
    drainWaits.append(wait)
    try await wait.waitUncanceled()
  }

  /// Runs `body`, and closes the stream as soon as the task is canceled, which ends every wait in it.
  public func closingOnCancel<Value>(_ body: () async throws -> Value) async rethrows -> Value {
    try await withTaskCancellationHandler {
      try await body()
    } onCancel: {
      loop.execute { self.close() }
    }
  }

  /// Bytes written that the peer has not acknowledged, here and in the kernel.
  ///
  /// Goes down whenever the peer takes something, so it shows whether a slow reader makes progress. ``pendingBytes``
  /// does not: the kernel takes megabytes at a time.
  public var unacknowledgedBytes: Int {
    var descriptor: Int32 = -1
    guard !isClosed, uv_fileno(loop_as_handle(raw), &descriptor) == 0 else { return 0 }
    return Int(uv_stream_get_write_queue_size(loop_as_stream(raw))) + Int(loop_unacknowledged(descriptor))
  }

  /// Tells the peer that nothing more will come, without closing the other direction. What is still pending would be
  /// lost: ``drain()`` first.
  public func finishWriting() {
    loop.assertCurrent()
    var descriptor: Int32 = -1
    guard !isClosed, uv_fileno(loop_as_handle(raw), &descriptor) == 0 else { return }
    shutdown(descriptor, Int32(SHUT_WR))
  }

  override func willClose() {
    stopReading()
    readWait.finish(UVError.canceled)
    let waits = drainWaits
    drainWaits.removeAll()
    for wait in waits { wait.finish(UVError.canceled) }
  }
}

/// Bytes on their way out that the socket did not take at once.
private final class QueuedWrite {
  let stream: TCPStream
  let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
  let bytes: UnsafeMutableRawBufferPointer

  init(_ stream: TCPStream, _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) {
    self.stream = stream
    bytes = .allocate(byteCount: first.count + second.count, alignment: 16)
    bytes.copyMemory(from: first)
    UnsafeMutableRawBufferPointer(rebasing: bytes[first.count...]).copyMemory(from: second)
  }

  deinit {
    bytes.deallocate()
    request.deallocate()
  }
}
