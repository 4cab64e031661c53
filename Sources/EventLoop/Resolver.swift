internal import CLibUV
internal import Glibc
internal import Synchronization

/// A look-up under way, for all on one loop who wait for it.
///
/// libuv looks up two names at a time, in all loops, and one that has begun cannot be taken back: while a name server is
/// silent it takes as long as the system's resolver has patience. So whoever asks for the same again waits for the same
/// look-up, and one that nobody waits for any more is taken back if it has not begun.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of `loop` alone; the thread pool touches what
/// `request` points to, and libuv orders that.
final class Lookup: @unchecked Sendable {
  struct Name: Hashable {
    let host: String
    let port: Int
  }

  /// Those of all loops that libuv has and has not given back.
  static let underWay = Atomic<Int>(0)

  private let loop: Loop
  private let name: Name
  private var waits: [Wait] = []
  private let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
  private var found: [SocketAddress] = []

  init(_ loop: Loop, _ name: Name) {
    self.loop = loop
    self.name = name
  }

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
    return try await lookup(Lookup.Name(host: host, port: port)).addresses()
  }

  private func lookup(_ name: Lookup.Name) throws(UVError) -> Lookup {
    if let lookup = lookups[name] { return lookup }
    let lookup = Lookup(self, name)
    try lookup.start()
    lookups[name] = lookup
    return lookup
  }
}

extension Lookup {
  fileprivate func start() throws(UVError) {
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
      }, name.host, String(name.port), &hints)
    if queued < 0 {
      // SAFETY: no callback comes, so the reference is taken back here.
      Unmanaged.passUnretained(self).release()
      throw UVError(code: queued, call: "uv_getaddrinfo")
    }
    Self.underWay.add(1, ordering: .relaxed)
  }

  /// Waits for what is found.
  fileprivate func addresses() async throws -> [SocketAddress] {
    let wait = Wait()
    waits.append(wait)
    defer { leave(wait) }
    // The callback comes in a later turn of the loop, so there is no way to miss it.
    try await wait.wait(on: loop)
    return found
  }

  private func leave(_ wait: Wait) {
    waits.removeAll { $0 === wait }
    // One that has begun stays, for whoever asks next.
    guard waits.isEmpty, loop.lookups[name] === self, loop_cancel(request) == 0 else { return }
    loop.lookups[name] = nil
  }

  private func finish(_ status: Int32, _ list: UnsafeMutablePointer<addrinfo>?) {
    Self.underWay.subtract(1, ordering: .relaxed)
    // One that was taken back has made room for another.
    if loop.lookups[name] === self { loop.lookups[name] = nil }
    var next = list
    while let entry = next {
      if let address = entry.pointee.ai_addr.flatMap({ SocketAddress($0) }) { found.append(address) }
      next = entry.pointee.ai_next
    }
    for wait in waits { wait.finish(status < 0 ? UVError(code: status, call: "getaddrinfo") : nil) }
  }
}
