import Foundation

/// Stands between a client and our server, understands as much HTTP as it takes to tell answers apart, counts the
/// rows that the server gives out, and may hold each answer back for a while.
///
/// SAFETY: `@unchecked Sendable` since the lock guards all that changes.
final class CountingProxy: @unchecked Sendable {
  struct Counts {
    /// Answers that came from the server.
    var answers = 0
    /// Rows in them, whether or not anybody took them.
    var rows = 0
    /// The most requests that waited for their answers at the same time.
    var mostAtOnce = 0
    var connections = 0
  }

  let port: Int
  var url: String { "http://127.0.0.1:\(port)" }
  private let upstream: Int
  private let hold: Double
  private let listener: Int32
  private let lock = NSLock()
  private var current = Counts()
  private var waiting = 0
  private var open: Set<Int32> = []
  private var isClosed = false

  /// A proxy for the server at `upstream` that holds each answer for `hold` seconds.
  init(upstream: Int, hold: Double = 0) throws {
    self.upstream = upstream
    self.hold = hold
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    self.listener = listener
    guard withLoopbackAddress(port: 0, { bind(listener, $0, $1) }) == 0, listen(listener, 128) == 0 else {
      throw TestFailure("the proxy cannot listen: \(errnoText())")
    }
    port = boundPort(of: listener)
    Thread.detachNewThread { [self] in acceptAll() }
  }

  var counts: Counts { lock.withLock { current } }

  /// Ends all connections.
  func close() {
    lock.withLock {
      isClosed = true
      shutdown(listener, Int32(SHUT_RDWR))
      for descriptor in open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
  }

  private func acceptAll() {
    while true {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { break }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      let isWelcome = lock.withLock {
        if !isClosed {
          open.insert(descriptor)
          current.connections += 1
        }
        return !isClosed
      }
      guard isWelcome else {
        Glibc.close(descriptor)
        continue
      }
      Thread.detachNewThread { [self] in
        serve(descriptor)
        lock.withLock { _ = open.remove(descriptor) }
        Glibc.close(descriptor)
      }
    }
    Glibc.close(listener)
  }

  private func serve(_ descriptor: Int32) {
    let client = MessageStream(descriptor)
    guard let connection = try? connectLoopback(port: upstream) else { return }
    defer { Glibc.close(connection) }
    let server = MessageStream(connection)
    while let request = client.next() {
      lock.withLock {
        waiting += 1
        current.mostAtOnce = max(current.mostAtOnce, waiting)
      }
      // The answer is read to its end even if the client has gone: the server has given it out.
      let answer = server.write(request) ? server.next() : nil
      if let answer {
        let rows = Self.rows(in: answer)
        lock.withLock {
          current.answers += 1
          current.rows += rows
        }
        if hold > 0 { usleep(UInt32(hold * 1e6)) }
      }
      lock.withLock { waiting -= 1 }
      guard let answer, client.write(answer) else { return }
    }
  }

  /// Inside a text the quotes would be escaped, so that this stands at the beginning of rows alone.
  private static let beginningOfRow = Array(#"{"customer_id":"#.utf8)

  private static func rows(in bytes: UnsafeRawBufferPointer) -> Int {
    var count = 0
    var start = 0
    while let found = bytes.offset(of: beginningOfRow, from: start) {
      count += 1
      start = found + 1
    }
    return count
  }
}
