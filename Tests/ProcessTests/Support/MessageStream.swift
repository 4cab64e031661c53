import Foundation

/// Whole HTTP messages from a socket; their bodies have a `Content-Length` or are not there.
///
/// It stands in the way of what is measured, so it copies nothing: a message lies in the buffer that the socket was
/// read into, until the next one is asked for.
final class MessageStream {
  private let descriptor: Int32
  private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  private var length = 0
  private var messageLength = 0

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { buffer.deallocate() }

  /// The next message; nil at the end.
  func next() -> UnsafeRawBufferPointer? {
    length -= messageLength
    if length > 0, let base = buffer.baseAddress { memmove(base, base + messageLength, length) }
    messageLength = 0
    var total: Int?
    while true {
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<length])
      if total == nil, let end = bytes.offset(of: Self.endOfHead) {
        total = end + 4 + Self.lengthOfBody(UnsafeRawBufferPointer(rebasing: bytes[..<(end + 4)]))
      }
      if let total, length >= total {
        messageLength = total
        return UnsafeRawBufferPointer(rebasing: buffer[..<total])
      }
      makeRoom(for: total ?? 0)
      let count = recv(descriptor, buffer.baseAddress.map { $0 + length }, buffer.count - length, 0)
      guard count > 0 else { return nil }
      length += count
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = send(
        descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  private func makeRoom(for total: Int) {
    guard length == buffer.count || total > buffer.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(2 * buffer.count, total), alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<length]))
    buffer.deallocate()
    buffer = larger
  }

  private static let endOfHead = Array("\r\n\r\n".utf8)

  private static func lengthOfBody(_ head: UnsafeRawBufferPointer) -> Int {
    let text = String(decoding: head, as: UTF8.self).lowercased()
    guard let name = text.range(of: "\r\ncontent-length:") else { return 0 }
    return Int(text[name.upperBound...].prefix { $0 != "\r\n" && $0 != "\r" }.filter { $0 != " " }) ?? 0
  }
}
