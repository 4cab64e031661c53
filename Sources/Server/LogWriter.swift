import Bytes
import EventLoop
import Glibc

/// Writes lines to a descriptor on a thread of its own: a pipe whose reader is slow takes nothing, and no loop may wait
/// for that.
///
/// A line that finds no room is dropped; as soon as there is room again, a line says how many were.
///
/// SAFETY: `@unchecked Sendable` since all that changes is only touched with the lock held, but for `batch`, which is the
/// thread's.
final class LogWriter: @unchecked Sendable {
  /// What a pipe takes whole or not at all (`PIPE_BUF`).
  static let wholeBytes = 4096
  /// Milliseconds that the end of the process waits for a reader.
  private static let patience: UInt64 = 1000

  private let descriptor: Int32
  /// Bytes that may wait; as many may be on their way.
  private let room: Int
  /// Makes the line that tells of so many dropped ones.
  private let notice: @Sendable (Int) -> ByteBuffer
  private let lock = ThreadLock()
  private var queue = ByteBuffer(capacity: 4096)
  private var batch = ByteBuffer(capacity: 4096)
  private var state = State.idle
  /// A line found no room; those behind it are dropped too, so that there is one gap.
  private var isFull = false
  private var untold = 0
  private var dropped = 0

  private enum State {
    /// There is no thread yet.
    case idle
    case writing
    /// What waits is written, nothing more is taken.
    case ending
    case ended
  }

  init(_ descriptor: Int32, room: Int = 1 << 20, notice: @escaping @Sendable (Int) -> ByteBuffer) {
    self.descriptor = descriptor
    self.room = room
    self.notice = notice
  }

  /// Lines that were dropped since the start.
  var droppedLines: Int { lock.withLock { dropped } }

  /// Takes a line, its line feed included; never waits for the reader.
  func add(_ line: borrowing ByteBuffer) {
    lock.lock()
    defer { lock.unlock() }
    guard start() else { return }
    if isFull || queue.count + line.count > room {
      isFull = true
      untold += 1
      dropped += 1
    } else {
      line.withBytes { queue.append($0) }
      lock.signal()
    }
  }

  /// Starts the thread with the first line; false where lines are not taken any more. Where the system has no thread, the
  /// line waits for the next one.
  private func start() -> Bool {
    if state == .idle, BlockingThread.start("log", { self.run() }) { state = .writing }
    return state == .idle || state == .writing
  }

  /// Writes out what waits; gives up where nobody reads. Lines that come later are ignored.
  func finish() {
    let deadline = Loop.nanoseconds + Self.patience * 1_000_000
    lock.withLock {
      guard state != .idle else { return }
      if state == .writing { state = .ending }
      lock.signal()
      while state != .ended, lock.wait(until: deadline) {}
    }
  }

  // MARK: The thread

  private func run() {
    while let gap = takeBatch() {
      let lost = gap + writeBatch()
      if lost > 0 { tell(lost) }
    }
  }

  /// Waits for lines; gives how many were dropped behind them, nil when all is over.
  private func takeBatch() -> Int? {
    lock.withLock {
      while queue.isEmpty, state == .writing { lock.wait() }
      if queue.isEmpty {
        state = .ended
        lock.signal()
        return nil
      }
      swap(&queue, &batch)
      isFull = false
      defer { untold = 0 }
      return untold
    }
  }

  /// Writes the batch in pieces of whole lines that a pipe takes as one: should the process end in between, no reader finds
  /// half a line. Gives the number of lines that could not be written.
  private func writeBatch() -> Int {
    var lost = 0
    while !batch.isEmpty {
      let length = batch.withBytes { bytes in
        let length = Self.wholeLines(of: bytes)
        let piece = UnsafeRawBufferPointer(rebasing: bytes[..<length])
        if !write(piece) { lost += piece.count { $0 == Self.lineFeed } }
        return length
      }
      batch.removeFirst(length)
    }
    batch.removeAll(keepingAtMost: 64 * 1024)
    guard lost > 0 else { return 0 }
    lock.withLock { dropped += lost }
    return lost
  }

  private static let lineFeed = UInt8(ascii: "\n")

  /// The length of as many lines as a pipe takes as one; of the first line if that is longer.
  private static func wholeLines(of bytes: UnsafeRawBufferPointer) -> Int {
    if bytes.count <= wholeBytes { return bytes.count }
    let end = bytes[..<wholeBytes].lastIndex(of: lineFeed) ?? bytes.firstIndex(of: lineFeed)
    return end.map { $0 + 1 } ?? bytes.count
  }

  private func tell(_ lost: Int) {
    let line = notice(lost)
    if line.withBytes({ write($0) }) { return }
    // Told behind the next lines, when there may be a reader again, or space on the disk.
    lock.withLock { untold += lost }
  }

  /// Writes all; false if the descriptor does not take it.
  private func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if written > 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      } else if errno == EAGAIN {
        // Whoever shares the descriptor has told it not to block.
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wanted, 1, -1)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }
}
