import Bytes
import Glibc

extension ByteBuffer {
  /// Adds `count` times the letter `x`, fast in a debug build too.
  mutating func append(filler count: Int) {
    appendUnsafe(room: count) { room in
      if let start = room.baseAddress { memset(start, 0x78, count) }
      return count
    }
  }
}
