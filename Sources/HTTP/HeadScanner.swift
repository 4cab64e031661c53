internal import Glibc

/// Finds the end of a head in bytes that arrive in any cut, looking at each byte once.
///
/// A line that ends without CR is refused as soon as it is seen: were it let through, two servers in a row could
/// disagree on where the head ends.
struct HeadScanner {
  /// Bytes that were looked at.
  private var scanned = 0
  private var lineStart = 0
  private var lines = 0

  enum Progress: Equatable {
    case incomplete
    /// The head ends in front of this offset, its empty line included.
    case complete(Int)
  }

  mutating func scan(_ bytes: UnsafeRawBufferPointer, _ limits: HeadLimits) throws(HeadError) -> Progress {
    while scanned < bytes.count {
      guard let start = bytes.baseAddress,
        let found = memchr(start + scanned, Int32(ASCII.lineFeed), bytes.count - scanned)
      else { break }
      let position = UnsafeRawPointer(found) - start
      scanned = position + 1
      guard position > lineStart, bytes[position - 1] == ASCII.carriageReturn else {
        throw .malformed("a line of the head does not end with CRLF")
      }
      if position - 1 == lineStart {
        if lines > 0 { return try complete(at: position + 1, limits) }
        // An empty line before the request line: some clients send one behind a body.
        if position > 2 { throw .malformed("the request line is empty") }
        lineStart = position + 1
        continue
      }
      lines += 1
      if lines == 1, position > limits.requestLine { throw Self.requestLineTooLong }
      lineStart = position + 1
    }
    scanned = bytes.count
    if lines == 0, bytes.count > limits.requestLine { throw Self.requestLineTooLong }
    if bytes.count > limits.head { throw Self.headTooLong }
    return .incomplete
  }

  private func complete(at end: Int, _ limits: HeadLimits) throws(HeadError) -> Progress {
    if end > limits.head { throw Self.headTooLong }
    return .complete(end)
  }

  private static let requestLineTooLong = HeadError(
    status: .uriTooLong, detail: "the request line is too long")
  private static let headTooLong = HeadError(
    status: .headerFieldsTooLarge, detail: "the header fields are too long in total")
}
