internal import CLibUV

/// A connect under way.
private final class ConnectRequest {
  let request = UnsafeMutablePointer<uv_connect_t>.allocate(capacity: 1)
  let stream: TCPStream
  let wait = Wait()
  init(_ stream: TCPStream) { self.stream = stream }
  deinit { request.deallocate() }

  func start(_ address: SocketAddress) throws(UVError) {
    // SAFETY: balanced in the callback, which libuv calls exactly once when the call succeeds.
    request.pointee.data = Unmanaged.passRetained(self).toOpaque()
    let result = address.withSockaddr { sockaddr, _ in
      uv_tcp_connect(request, stream.typed(as: uv_tcp_t.self), sockaddr) { request, status in
        guard let data = request?.pointee.data else { return }
        // SAFETY: as above.
        let connect = Unmanaged<ConnectRequest>.fromOpaque(data).takeRetainedValue()
        connect.stream.loop.turn {
          connect.wait.finish(status < 0 ? UVError(code: status, call: "uv_tcp_connect") : nil)
        }
      }
    }
    if result < 0 {
      // SAFETY: no callback comes, so the reference is taken back here.
      Unmanaged.passUnretained(self).release()
      throw UVError(code: result, call: "uv_tcp_connect")
    }
  }
}

extension TCPStream {
  /// Connects to `address`. Bounded by the kernel alone: put a deadline around it by canceling the task.
  public static func connect(_ loop: Loop, to address: SocketAddress, inboundLimit: Int = 64 * 1024)
    async throws
    -> TCPStream
  {
    loop.assertCurrent()
    let stream = try TCPStream(loop, inboundLimit: inboundLimit)
    do {
      let connect = ConnectRequest(stream)
      try connect.start(address)
      // The callback comes in a later turn of the loop, so there is no way to miss it.
      try await connect.wait.wait(on: loop)
    } catch {
      stream.close()
      throw error
    }
    stream.didConnect()
    return stream
  }
}
