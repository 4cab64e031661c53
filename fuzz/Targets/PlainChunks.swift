@testable import HTTP

/// A chunked body, read line by line with everything there.
struct PlainChunks {
  private(set) var body: [UInt8] = []
  /// Bytes that follow the body.
  private(set) var rest = 0

  /// Nil if it is not whole, or not written as it should be.
  init?(_ bytes: [UInt8], limit: Int) {
    var bytes = bytes[...]
    var dropped = 0
    while true {
      guard let line = Self.takeLine(&bytes) else { return nil }
      let digits = line.prefix { $0 != UInt8(ascii: ";") }
      guard (1...15).contains(digits.count), digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
        let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size <= limit - body.count
      else { return nil }
      // The semicolon belongs to the size; the CR is counted with what stands behind it.
      if digits.count < line.count { dropped += line.count - digits.count }
      guard dropped <= ChunkedDecoder.extrasLimit, line.allSatisfy(Self.isContent) else { return nil }
      if size == 0 { break }
      guard bytes.count >= size + 2 else { return nil }
      body += bytes.prefix(size)
      bytes = bytes.dropFirst(size)
      guard bytes.starts(with: [0x0D, 0x0A]) else { return nil }
      bytes = bytes.dropFirst(2)
    }
    var trailers = 0
    while let line = Self.takeLine(&bytes) {
      trailers += line.count + (line.isEmpty ? 1 : 2)
      guard trailers <= ChunkedDecoder.extrasLimit else { return nil }
      if line.isEmpty {
        rest = bytes.count
        return
      }
      let name = line.prefix { $0 != UInt8(ascii: ":") }
      guard !name.isEmpty, name.count < line.count, name.allSatisfy(Self.isToken),
        line.allSatisfy(Self.isContent)
      else { return nil }
    }
    return nil
  }

  /// Takes a line off, without its CRLF; nil if none is whole.
  private static func takeLine(_ bytes: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard let end = bytes.firstIndex(of: 0x0A), end > bytes.startIndex, bytes[end - 1] == 0x0D else {
      return nil
    }
    let line = bytes[..<(end - 1)]
    bytes = bytes[(end + 1)...]
    return line
  }

  private static func isContent(_ byte: UInt8) -> Bool { byte == 0x09 || byte >= 0x20 && byte != 0x7F }

  private static func isToken(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7F && !"\"(),/:;<=>?@[\\]{}".utf8.contains(byte)
  }
}
