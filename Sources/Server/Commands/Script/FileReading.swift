import Bytes
import Curl
import EventLoop
import Glibc

/// A file that is read piece by piece, on the thread pool.
///
/// SAFETY: `@unchecked Sendable` since one piece of work has it at a time: the loop's thread, or one of the pool's with
/// the pool's queue in between.
final class FileReading: @unchecked Sendable {
  let path: String
  let size: Int
  private let descriptor: Int32
  private var buffer = ByteBuffer(capacity: 16)
  /// Bytes that were read so far.
  private(set) var count = 0

  private static let pieceSize = 256 * 1024

  /// Opens the file. It blocks.
  init(_ path: String) throws(FileProblem) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.problem(path) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else {
      let problem = Self.problem(path)
      close(descriptor)
      throw problem
    }
    size = Int(facts.st_size)
  }

  deinit { close(descriptor) }

  /// The file as a body; `onPiece` hears how many bytes were taken.
  func upload(on loop: Loop, onPiece: @escaping @Sendable (Int) -> Void) -> Upload {
    Upload(length: size) { piece in
      try await loop.offload { try self.read() }
      // A file that grows meanwhile is sent as long as it was said to be.
      let rest = self.size - self.count
      let length = min(self.buffer.count, rest)
      self.buffer.truncate(to: length)
      self.count += length
      onPiece(length)
      swap(&piece, &self.buffer)
      self.buffer.removeAll()
      guard length > 0 else {
        if rest > 0 { throw FileProblem(description: "\(self.path): it became shorter while it was sent") }
        return false
      }
      return true
    }
  }

  private func read() throws(FileProblem) {
    var result = 0
    buffer.removeAll()
    buffer.appendUnsafe(room: Self.pieceSize) { room in
      repeat {
        result = Glibc.read(descriptor, room.baseAddress, room.count)
      } while result < 0 && errno == EINTR
      return max(result, 0)
    }
    if result < 0 { throw Self.problem(path) }
  }

  private static func problem(_ path: String) -> FileProblem {
    FileProblem(description: "\(path): \(String(cString: strerror(errno)))")
  }
}
