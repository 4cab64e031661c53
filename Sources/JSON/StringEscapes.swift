/// Replaces the escapes of a string where it lies, and gives the length that is left; nil for an escape that JSON
/// does not have, and for half of a surrogate pair, which is no character.
///
/// It works in place because every escape is longer than the UTF-8 of what it stands for.
func unescape(_ bytes: UnsafeMutablePointer<UInt8>, _ length: Int) -> Int? {
  var read = 0
  var write = 0
  while read < length {
    let byte = bytes[read]
    read &+= 1
    guard byte == UInt8(ascii: "\\") else {
      bytes[write] = byte
      write &+= 1
      continue
    }
    guard read < length else { return nil }
    let kind = bytes[read]
    read &+= 1
    if kind == UInt8(ascii: "u") {
      guard let scalar = readScalar(bytes, &read, length) else { return nil }
      write &+= writeUTF8(scalar, bytes + write)
    } else {
      guard let plain = simpleEscape(kind) else { return nil }
      bytes[write] = plain
      write &+= 1
    }
  }
  return write
}

private func simpleEscape(_ kind: UInt8) -> UInt8? {
  switch kind {
  case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): kind
  case UInt8(ascii: "b"): 0x08
  case UInt8(ascii: "f"): 0x0C
  case UInt8(ascii: "n"): 0x0A
  case UInt8(ascii: "r"): 0x0D
  case UInt8(ascii: "t"): 0x09
  default: nil
  }
}

/// Reads the four digits behind `\u`, and the second half of a surrogate pair.
private func readScalar(_ bytes: UnsafeMutablePointer<UInt8>, _ read: inout Int, _ length: Int) -> UInt32? {
  guard let high = readUnit(bytes, &read, length) else { return nil }
  if high & 0xF800 != 0xD800 { return high }
  guard high < 0xDC00, read + 6 <= length, bytes[read] == UInt8(ascii: "\\"),
    bytes[read + 1] == UInt8(ascii: "u")
  else { return nil }
  read += 2
  guard let low = readUnit(bytes, &read, length), low & 0xFC00 == 0xDC00 else { return nil }
  return 0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF)
}

private func readUnit(_ bytes: UnsafeMutablePointer<UInt8>, _ read: inout Int, _ length: Int) -> UInt32? {
  guard read + 4 <= length else { return nil }
  var unit: UInt32 = 0
  for _ in 0..<4 {
    let byte = bytes[read]
    let digit: UInt8
    switch byte {
    case 0x30...0x39: digit = byte - 0x30
    case 0x41...0x46: digit = byte - 0x41 + 10
    case 0x61...0x66: digit = byte - 0x61 + 10
    default: return nil
    }
    unit = unit << 4 | UInt32(digit)
    read &+= 1
  }
  return unit
}

private func writeUTF8(_ scalar: UInt32, _ out: UnsafeMutablePointer<UInt8>) -> Int {
  func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | ((scalar >> shift) & 0x3F)) }
  switch scalar {
  case ..<0x80:
    out[0] = UInt8(scalar)
    return 1
  case ..<0x800:
    out[0] = UInt8(0xC0 | scalar >> 6)
    out[1] = tail(0)
    return 2
  case ..<0x10000:
    out[0] = UInt8(0xE0 | scalar >> 12)
    out[1] = tail(6)
    out[2] = tail(0)
    return 3
  default:
    out[0] = UInt8(0xF0 | scalar >> 18)
    out[1] = tail(12)
    out[2] = tail(6)
    out[3] = tail(0)
    return 4
  }
}
