/// Percent-encoded text (RFC 3986), and the pairs of `application/x-www-form-urlencoded`.
public enum PercentEncoding {
  /// Decodes `bytes`; nil if an escape is malformed, or if the result is no UTF-8 or holds U+0000.
  ///
  /// In a form, but not in a path, `+` is a blank.
  public static func decode(_ bytes: UnsafeRawBufferPointer, plusIsSpace: Bool) -> String? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "%") {
        guard index + 2 < bytes.count, let high = ASCII.hexDigit(bytes[index + 1]),
          let low = ASCII.hexDigit(bytes[index + 2])
        else { return nil }
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(byte == UInt8(ascii: "+") && plusIsSpace ? ASCII.space : byte)
        index += 1
      }
    }
    guard !decoded.contains(0) else { return nil }
    return String(validating: decoded, as: UTF8.self)
  }

  /// The pairs of a query string or form body, in order, names that repeat kept. A name without `=` has the empty
  /// value. Nil if an escape is malformed.
  public static func pairs(_ bytes: UnsafeRawBufferPointer) -> [(name: String, value: String)]? {
    var pairs: [(name: String, value: String)] = []
    for part in bytes.split(separator: UInt8(ascii: "&")) {
      let part = UnsafeRawBufferPointer(rebasing: part)
      let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.count
      let rest = UnsafeRawBufferPointer(rebasing: part[min(equals + 1, part.count)...])
      guard let name = decode(UnsafeRawBufferPointer(rebasing: part[..<equals]), plusIsSpace: true),
        let value = decode(rest, plusIsSpace: true)
      else { return nil }
      pairs.append((name, value))
    }
    return pairs
  }
}
