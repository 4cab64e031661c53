internal import CLibUV

/// One piece of work for the thread pool.
/// SAFETY: `@unchecked Sendable` since the pool's thread and the loop's thread touch it one after the other, with
/// libuv's own queue between them.
private final class OffloadedWork<Value: Sendable>: @unchecked Sendable {
  let loop: Loop
  let work: @Sendable () throws -> Value
  var result: Result<Value, any Error>?
  let continuation: UnsafeContinuation<Value, any Error>

  init(
    _ loop: Loop, _ work: @escaping @Sendable () throws -> Value,
    _ continuation: UnsafeContinuation<Value, any Error>
  ) {
    self.loop = loop
    self.work = work
    self.continuation = continuation
  }
}

/// Hides the generic type, which a C callback cannot name.
private final class OffloadRequest {
  let request = UnsafeMutablePointer<uv_work_t>.allocate(capacity: 1)
  let run: () -> Void
  let done: (Int32) -> Void

  init(run: @escaping () -> Void, done: @escaping (Int32) -> Void) {
    self.run = run
    self.done = done
  }

  deinit { request.deallocate() }
}

extension Loop {
  /// Runs blocking `work` on libuv's thread pool (4 threads for the process unless `UV_THREADPOOL_SIZE` says
  /// otherwise) and waits for it on the loop.
  public func offload<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withUnsafeThrowingContinuation { continuation in
      assertCurrent()
      let job = OffloadedWork(self, work, continuation)
      let request = OffloadRequest(
        run: { job.result = Result { try job.work() } },
        done: { status in
          job.loop.turn {
            if let result = job.result {
              job.continuation.resume(with: result)
            } else {
              job.continuation.resume(throwing: UVError(code: status))
            }
          }
        })
      // SAFETY: balanced in the callback, which libuv calls exactly once.
      request.request.pointee.data = Unmanaged.passRetained(request).toOpaque()
      let queued = uv_queue_work(
        uv, request.request,
        { raw in
          guard let data = raw?.pointee.data else { return }
          // SAFETY: as above; the reference is still held.
          Unmanaged<OffloadRequest>.fromOpaque(data).takeUnretainedValue().run()
        },
        { raw, status in
          guard let data = raw?.pointee.data else { return }
          // SAFETY: as above.
          Unmanaged<OffloadRequest>.fromOpaque(data).takeRetainedValue().done(status)
        })
      if queued < 0 {
        Unmanaged.passUnretained(request).release()
        continuation.resume(throwing: UVError(code: queued, call: "uv_queue_work"))
      }
    }
  }
}
