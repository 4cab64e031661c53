internal import CLibUV
internal import Glibc

/// A look-up under way.
/// SAFETY: `@unchecked Sendable` since it is used on the thread of `loop` alone; the thread pool touches what
/// `request` points to, and libuv orders that.
private final class Lookup: @unchecked Sendable {
  let loop: Loop
  let wait = Wait()
  let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
  var found: [SocketAddress] = []

  init(_ loop: Loop) { self.loop = loop }

  deinit { request.deallocate() }
}

extension Loop {
  /// Resolves a name on the thread pool, so that a slow name server does not hold the loop.
  ///
  /// Addresses come in the order that the system prefers; a numeric host gives itself,
  /// without the thread pool. A canceled task stops
  /// waiting at once, even where the name server goes on thinking.
  public func resolve(host: String, port: Int) async throws -> [SocketAddress] {
    assertCurrent()
    if let address = SocketAddress(numeric: host, port: port) { return [address] }
    let lookup = Lookup(self)
    try lookup.start(host: host, port: port)
    // The callback comes in a later turn of the loop, so there is no way to miss it.
    try await lookup.wait.wait(on: self)
    return lookup.found
  }
}

extension Lookup {
  func start(host: String, port: Int) throws(UVError) {
    // SAFETY: balanced in the callback, which libuv calls exactly once when the call succeeds.
    request.pointee.data = Unmanaged.passRetained(self).toOpaque()
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV
    let queued = uv_getaddrinfo(
      loop.uv, request,
      { raw, status, list in
        guard let data = raw?.pointee.data else { return }
        // SAFETY: as above.
        let lookup = Unmanaged<Lookup>.fromOpaque(data).takeRetainedValue()
        lookup.loop.turn { lookup.finish(status, list) }
        uv_freeaddrinfo(list)
      }, host, String(port), &hints)
    if queued < 0 {
      // SAFETY: no callback comes, so the reference is taken back here.
      Unmanaged.passUnretained(self).release()
      throw UVError(code: queued, call: "uv_getaddrinfo")
    }
  }

  private func finish(_ status: Int32, _ list: UnsafeMutablePointer<addrinfo>?) {
    var next = list
    while let entry = next {
      if let address = entry.pointee.ai_addr.flatMap({ SocketAddress($0) }) { found.append(address) }
      next = entry.pointee.ai_next
    }
    wait.finish(status < 0 ? UVError(code: status, call: "getaddrinfo") : nil)
  }
}
