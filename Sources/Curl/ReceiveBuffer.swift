public import Bytes

/// Where the body of a response goes; to be used again for the next one.
/// SAFETY: `@unchecked Sendable` since it is used on the thread of the client's loop alone.
public final class ReceiveBuffer: @unchecked Sendable {
  /// The body.
  public var bytes: ByteBuffer
  /// The most that the present request may put here.
  var limit = Int.max

  /// An empty buffer.
  public init() { bytes = ByteBuffer(capacity: 16) }

  /// Takes in a part of a body; false if that is more than the limit.
  func take(_ part: UnsafeRawBufferPointer) -> Bool {
    guard part.count <= limit - bytes.count else { return false }
    bytes.append(part)
    return true
  }
}
