internal import CLibUV
internal import Glibc

/// A look-up under way.
private final class Lookup {
  let loop: Loop
  let continuation: UnsafeContinuation<[SocketAddress], any Error>
  let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)

  init(_ loop: Loop, _ continuation: UnsafeContinuation<[SocketAddress], any Error>) {
    self.loop = loop
    self.continuation = continuation
  }

  deinit { request.deallocate() }
}

extension Loop {
  /// Resolves a name on the thread pool, so that a slow name server does not hold the loop.
  ///
  /// Addresses come in the order that the system prefers; a numeric host gives itself.
  public func resolve(host: String, port: Int) async throws -> [SocketAddress] {
    try await withUnsafeThrowingContinuation { continuation in
      assertCurrent()
      let lookup = Lookup(self, continuation)
      // SAFETY: balanced in the callback, which libuv calls exactly once.
      lookup.request.pointee.data = Unmanaged.passRetained(lookup).toOpaque()
      var hints = addrinfo()
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
      hints.ai_flags = AI_NUMERICSERV
      let queued = uv_getaddrinfo(
        uv, lookup.request,
        { raw, status, list in
          guard let data = raw?.pointee.data else { return }
          // SAFETY: as above.
          let lookup = Unmanaged<Lookup>.fromOpaque(data).takeRetainedValue()
          defer { uv_freeaddrinfo(list) }
          lookup.loop.turn {
            if status < 0 {
              lookup.continuation.resume(throwing: UVError(code: status, call: "getaddrinfo"))
              return
            }
            var found: [SocketAddress] = []
            var next = list
            while let entry = next {
              if let address = entry.pointee.ai_addr.flatMap({ SocketAddress($0) }) { found.append(address) }
              next = entry.pointee.ai_next
            }
            lookup.continuation.resume(returning: found)
          }
        }, host, String(port), &hints)
      if queued < 0 {
        // SAFETY: the look-up that was to own this reference never began.
        Unmanaged.passUnretained(lookup).release()
        continuation.resume(throwing: UVError(code: queued, call: "uv_getaddrinfo"))
      }
    }
  }
}
