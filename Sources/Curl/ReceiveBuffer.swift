public import Bytes

/// Where the body of a response goes; to be used again for the next one.
/// SAFETY: `@unchecked Sendable` since it is used on the thread of the client's loop alone.
public final class ReceiveBuffer: @unchecked Sendable {
  /// The body.
  public var bytes: ByteBuffer
  /// The most that the present request may put here.
  private var limit = Int.max

  /// The blank line came that ends the head.
  private(set) var hasWholeHead = false

  /// An empty buffer.
  public init() { bytes = ByteBuffer(capacity: 16) }

  /// Begins with a new response.
  func begin(limit: Int) {
    bytes.removeAll()
    self.limit = limit
    hasWholeHead = false
  }

  /// Takes in a line of a head with its end. There may be several heads (100 Continue), and lines behind the body.
  func take(headLine line: UnsafeRawBufferPointer) {
    if line.starts(with: "HTTP/".utf8) { hasWholeHead = false }
    if line.allSatisfy({ $0 == 0x0D || $0 == 0x0A }) { hasWholeHead = true }
  }

  /// Takes in a part of a body; false if that is more than the limit.
  func take(_ part: UnsafeRawBufferPointer) -> Bool {
    guard part.count <= limit - bytes.count else { return false }
    bytes.append(part)
    return true
  }
}
