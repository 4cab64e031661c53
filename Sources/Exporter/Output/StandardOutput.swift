import Glibc

/// Standard output as something to write to that never leaves a thread waiting for good: a reader that takes
/// nothing can be given up. Owns the pipe that ends the waiting.
final class StandardOutput: Sendable {
  private static let name = "standard output"
  private let number: Int32
  /// Can be read from when the waiting is to end.
  private let wake: Int32
  private let waker: Int32
  /// What surely fits when `poll` says that something does; a plain file takes all.
  private let portion: Int

  /// - Parameter number: the descriptor to write to, which stays open.
  init(_ number: Int32 = STDOUT_FILENO) throws(OutputError) {
    self.number = number
    var ends: [Int32] = [-1, -1]
    try check(pipe(&ends), "pipe", Self.name)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (wake, waker) = (ends[0], ends[1])
    var status = stat()
    let isFile = fstat(number, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    portion = isFile ? 1 << 20 : Int(PIPE_BUF)
  }

  deinit {
    close(wake)
    close(waker)
  }

  /// Writes all of `bytes`. Ends early, as if the reader had gone, after `interrupt()`.
  func write(_ bytes: UnsafeRawBufferPointer) throws(OutputError) {
    var rest = bytes
    while !rest.isEmpty {
      try waitForRoom()
      let count = Glibc.write(number, rest.baseAddress, min(rest.count, portion))
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      if count < 0, errno == EPIPE { throw .outputClosed }
      let done = try check(count, "write", Self.name)
      rest = UnsafeRawBufferPointer(rebasing: rest[done...])
    }
  }

  private func waitForRoom() throws(OutputError) {
    var waiting = [
      pollfd(fd: number, events: Int16(POLLOUT), revents: 0),
      pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&waiting, nfds_t(waiting.count), -1) < 0 {
      guard errno == EINTR else { throw .system(call: "poll", path: Self.name, code: errno) }
    }
    if waiting[1].revents != 0 { throw .outputClosed }
  }

  /// Ends a write that waits, and all later ones. May come from any thread.
  func interrupt() {
    _ = withUnsafeBytes(of: UInt8(0)) { Glibc.write(waker, $0.baseAddress, 1) }
  }
}
