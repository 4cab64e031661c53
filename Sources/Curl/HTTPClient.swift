internal import Bytes
internal import CCurl
public import EventLoop

/// An HTTP client on a loop: many requests at once, connections kept for the next one. It does not follow redirects,
/// decompresses nothing and retries nothing.
///
/// Call ``close()`` when all requests have ended.
/// SAFETY: `@unchecked Sendable` since it is used on the loop's thread alone, which every door asserts.
public final class HTTPClient: @unchecked Sendable {
  /// What holds for all requests.
  public struct Settings: Sendable {
    /// Connections that are kept open.
    public var connections = 8
    /// How long a connection may take to come up.
    public var connectMilliseconds = 10_000
    /// After so many seconds without a byte a request fails.
    public var stallSeconds = 30
    /// What the client says it is.
    public var userAgent = "roster"

    /// The defaults.
    public init() {}
  }

  private let loop: Loop
  private let settings: Settings
  private var multi: MultiHandle?
  private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
  private var spare: [EasyHandle] = []
  private var sent = 0

  /// A client on `loop`.
  public init(_ loop: Loop, _ settings: Settings = Settings()) throws(CurlError) {
    loop.assertCurrent()
    self.loop = loop
    self.settings = settings
    // SAFETY: the multi handle belongs to this object alone.
    multi = try MultiHandle(loop, connections: settings.connections) { [unowned self] raw, code in
      finished(raw, code)
    }
  }

  /// Requests that have not ended.
  public var running: Int { transfers.count }

  /// Sends `request` and puts the response's body into `buffer`. Any status is a response, not an error.
  ///
  /// - Throws: ``CurlError``, or `CancellationError` as soon as the task is canceled.
  public func send(_ request: HTTPRequest, into buffer: ReceiveBuffer) async throws -> HTTPResponse {
    try await transfer(request, into: buffer, from: nil)
  }

  /// Sends `request` with a body that is made meanwhile, and puts the response's body into `buffer`. A server that
  /// answers before it has the whole body is not sent the rest.
  ///
  /// - Throws: ``CurlError``, what `upload` throws, or `CancellationError` as soon as the task is canceled.
  public func send(
    _ request: HTTPRequest, uploading upload: Upload, into buffer: ReceiveBuffer
  ) async throws -> HTTPResponse {
    let pipe = UploadPipe(loop, length: upload.length)
    return try await withThrowingTaskGroup(of: HTTPResponse?.self) { group in
      group.addTask { try await self.transfer(request, into: buffer, from: pipe) }
      group.addTask {
        var piece = ByteBuffer(capacity: 16)
        while try await upload.next(&piece) { try await pipe.put(&piece) }
        pipe.end()
        return nil
      }
      defer { group.cancelAll() }
      while let response = try await group.next() {
        if let response { return response }
      }
      throw CancellationError()
    }
  }

  private func transfer(
    _ request: HTTPRequest, into buffer: ReceiveBuffer, from upload: UploadPipe?
  ) async throws -> HTTPResponse {
    loop.assertCurrent()
    try Task.checkCancellation()
    guard let multi else { throw CancellationError() }
    let easy = try spare.popLast() ?? EasyHandle()
    sent += 1
    let number = sent
    defer {
      easy.release()
      if self.multi != nil { spare.append(easy) }
    }
    try easy.prepare(request, into: buffer, from: upload, settings)
    return try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        transfers[easy.raw] = Transfer(
          number: number, easy: easy, request: request, continuation: continuation)
        do {
          try multi.add(easy.raw)
          // A task that was canceled before it came here has had its call already.
          if Task.isCancelled { cancel(number) }
        } catch {
          transfers[easy.raw] = nil
          continuation.resume(throwing: error)
        }
      }
    } onCancel: {
      loop.execute { [self] in cancel(number) }
    }
  }

  /// By number: a late call must not meet the next request of the same handle.
  private func cancel(_ number: Int) {
    guard let transfer = transfers.values.first(where: { $0.number == number }) else { return }
    transfers[transfer.easy.raw] = nil
    multi?.remove(transfer.easy.raw)
    transfer.continuation.resume(throwing: CancellationError())
  }

  private func finished(_ raw: UnsafeMutableRawPointer, _ code: CURLcode) {
    guard let transfer = transfers.removeValue(forKey: raw) else { return }
    if code == CURLE_OK {
      transfer.continuation.resume(with: Result { try transfer.easy.response(transfer.request) })
    } else {
      let error = transfer.easy.error(code, limit: transfer.request.maximumBytes)
      transfer.continuation.resume(throwing: error)
    }
  }

  /// Cancels what still runs and closes all connections.
  public func close() {
    loop.assertCurrent()
    for number in transfers.values.map(\.number) { cancel(number) }
    multi?.close()
    multi = nil
    spare = []
  }
}

/// A request on its way, and who waits for it.
private struct Transfer {
  let number: Int
  let easy: EasyHandle
  let request: HTTPRequest
  let continuation: UnsafeContinuation<HTTPResponse, any Error>
}
