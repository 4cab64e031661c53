import Bytes
import Digest

/// Where the text of rows comes from.
protocol ByteSource: AnyObject {
  /// Appends what comes next to `buffer`, at least a byte of it; false at the end.
  func read(into buffer: inout ByteBuffer) throws(OutputError) -> Bool
}

/// A file, as it lies on disk.
final class FileSource: ByteSource {
  private let file: Descriptor
  private let end: Int64
  /// Where the next bytes come from.
  private(set) var offset: Int64

  /// The bytes of `file` from `start` on; up to `end`, or to where the file ends before that.
  init(_ file: Descriptor, from start: Int64 = 0, upTo end: Int64 = .max) {
    self.file = file
    self.end = end
    offset = start
  }

  func read(into buffer: inout ByteBuffer) throws(OutputError) -> Bool {
    let room = Int(min(1 << 18, max(0, end - offset)))
    let count = try buffer.appendUnsafe(room: room) { room throws(OutputError) in
      try file.read(into: room, at: offset)
    }
    offset += Int64(count)
    return count > 0
  }
}

extension Descriptor {
  /// The SHA-256 of the first `length` bytes. The stream can go on with what comes behind them.
  func sha256(upTo length: Int64 = .max) throws(OutputError) -> SHA256Stream {
    var stream = SHA256Stream()
    let source = FileSource(self, upTo: length)
    var buffer = ByteBuffer(capacity: 1 << 18)
    while try source.read(into: &buffer) {
      buffer.withBytes { stream.update($0) }
      buffer.removeAll()
    }
    return stream
  }
}
