import Bytes

/// Rows of one page, in the form of the output, on their way from the loop to the disk.
/// SAFETY: `@unchecked Sendable` since the loop fills it, then a thread of the pool writes it, then the loop has it
/// back: one after the other.
final class Chunk: @unchecked Sendable {
  var bytes = ByteBuffer(capacity: 16)
  var nulls = NullCounts()
  var rows = 0
  var firstID: Int64 = 0
  var lastID: Int64 = 0

  /// Memory of an unusually large page is given back, that of the usual ones is kept.
  func clear() {
    bytes.removeAll(keepingAtMost: 1 << 20)
    nulls.clear()
  }
}
