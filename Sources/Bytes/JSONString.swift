extension ByteBuffer {
  /// Adds `text` as a JSON string.
  public mutating func append(jsonString text: String) {
    var text = text
    text.withUTF8 { append(jsonString: UnsafeRawBufferPointer($0)) }
  }

  /// Adds UTF-8 as a JSON string, quotes included: `"`, `\` and control characters below U+0020 are escaped, all
  /// else stays as it is.
  public mutating func append(jsonString text: UnsafeRawBufferPointer) {
    appendUnsafe(room: RawWriter.room(forJSONString: text.count)) { room in
      guard let start = room.baseAddress else { return 0 }
      var writer = RawWriter(start)
      writer.write(jsonString: text)
      return writer.position - start
    }
  }
}

extension RawWriter {
  /// Bytes to reserve for a JSON string of `count` bytes: each may become six.
  @inlinable public static func room(forJSONString count: Int) -> Int { count * 6 + 2 + slack }

  /// Adds UTF-8 as a JSON string, quotes included. It takes what ``room(forJSONString:)`` says.
  @inlinable public mutating func write(jsonString text: UnsafeRawBufferPointer) {
    write(UInt8(ascii: "\""))
    write(jsonText: text)
    write(UInt8(ascii: "\""))
  }

  /// Adds UTF-8 as what stands between the quotes of a JSON string.
  ///
  /// Most texts are short and hold nothing to escape: they are copied by words, and the same words are looked
  /// at. The last word overlaps the one before it, so nothing is read beyond the end.
  @inlinable @inline(__always)
  public mutating func write(jsonText text: UnsafeRawBufferPointer) {
    guard let source = text.baseAddress else { return }
    if copyIfPlain(source, text.count) {
      position += text.count
    } else {
      writeEscaped(source, text.count)
    }
  }

  /// Copies `count` bytes, without moving on; false if one of them needs an escape.
  @inlinable @inline(__always)
  func copyIfPlain(_ source: UnsafeRawPointer, _ count: Int) -> Bool {
    if count >= 8 {
      var found = SIMD2<UInt64>()
      let last = count &- 16
      var offset = 0
      while offset < last {
        let words = source.loadUnaligned(fromByteOffset: offset, as: SIMD2<UInt64>.self)
        position.storeBytes(of: words, toByteOffset: offset, as: SIMD2<UInt64>.self)
        found |= jsonSpecials(words)
        offset &+= 16
      }
      let first = source.loadUnaligned(fromByteOffset: max(last, 0), as: UInt64.self)
      let second = source.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      position.storeBytes(of: first, toByteOffset: max(last, 0), as: UInt64.self)
      position.storeBytes(of: second, toByteOffset: count &- 8, as: UInt64.self)
      found |= jsonSpecials(SIMD2(first, second))
      return found[0] | found[1] == 0
    }
    if count >= 4 {
      let first = source.loadUnaligned(as: UInt32.self)
      let last = source.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
      position.storeBytes(of: first, as: UInt32.self)
      position.storeBytes(of: last, toByteOffset: count &- 4, as: UInt32.self)
      let word = UInt64(first) << 32 | UInt64(last)
      return jsonSpecials(SIMD2(repeating: word))[0] == 0
    }
    guard count > 0 else { return true }
    // One to three bytes: the first, the middle and the last are all there are.
    let first = source.load(as: UInt8.self)
    let middle = source.load(fromByteOffset: count / 2, as: UInt8.self)
    let last = source.load(fromByteOffset: count &- 1, as: UInt8.self)
    position.storeBytes(of: first, as: UInt8.self)
    position.storeBytes(of: middle, toByteOffset: count / 2, as: UInt8.self)
    position.storeBytes(of: last, toByteOffset: count &- 1, as: UInt8.self)
    let letters: UInt64 = 0x6161_6161_6100_0000
    let word = letters | UInt64(first) << 16 | UInt64(middle) << 8 | UInt64(last)
    return jsonSpecials(SIMD2(repeating: word))[0] == 0
  }

  /// Copies runs without specials by words, and writes the escape of what ends each.
  @usableFromInline mutating func writeEscaped(_ source: UnsafeRawPointer, _ count: Int) {
    var offset = 0
    while offset < count {
      if count - offset >= 8 {
        let word = source.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
        position.storeBytes(of: word.littleEndian, as: UInt64.self)
        let found = jsonSpecials(SIMD2(repeating: word))[0]
        // The lowest mark is exact; borrows can only make false ones above it.
        let plain = found == 0 ? 8 : found.trailingZeroBitCount / 8
        position += plain
        offset += plain
        if found == 0 { continue }
      }
      let byte = source.load(fromByteOffset: offset, as: UInt8.self)
      offset += 1
      if byte >= 0x20, byte != 0x22, byte != 0x5C {
        write(byte)
      } else {
        writeEscape(byte)
      }
    }
  }

  private mutating func writeEscape(_ byte: UInt8) {
    let short: UInt8
    switch byte {
    case 0x22, 0x5C: short = byte
    case 0x0A: short = UInt8(ascii: "n")
    case 0x0D: short = UInt8(ascii: "r")
    case 0x09: short = UInt8(ascii: "t")
    case 0x08: short = UInt8(ascii: "b")
    case 0x0C: short = UInt8(ascii: "f")
    default:
      let digits: StaticString = "0123456789abcdef"
      position.copyMemory(from: ("\\u00" as StaticString).utf8Start, byteCount: 4)
      position += 4
      write(digits.utf8Start[Int(byte >> 4)])
      write(digits.utf8Start[Int(byte & 15)])
      return
    }
    write(UInt8(ascii: "\\"))
    write(short)
  }
}

/// The high bit of each byte that JSON escapes; in both words the lowest one that is set is exact.
///
/// `(x - n·0x01…) & ~x & 0x80…` marks the bytes of `x` that are below `n` (up to 0x80), where no borrow from a
/// marked byte below has passed through. A byte that equals another is zero after an XOR with it.
@inlinable @inline(__always)
func jsonSpecials(_ words: SIMD2<UInt64>) -> SIMD2<UInt64> {
  let ones = SIMD2<UInt64>(repeating: 0x0101_0101_0101_0101)
  let quote = words ^ (ones &* 0x22)
  let backslash = words ^ (ones &* 0x5C)
  let control = (words &- (ones &* 0x20)) & ~words
  return (control | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)) & (ones &* 0x80)
}
