import Foundation

extension UnsafeRawBufferPointer {
  /// Where `pattern` first stands at or behind `start`. As quick as `memchr` where the first byte is rare, in a build
  /// without optimization too.
  func offset(of pattern: [UInt8], from start: Int = 0) -> Int? {
    guard let base = baseAddress, !pattern.isEmpty else { return nil }
    var at = start
    while at + pattern.count <= count {
      guard let found = memchr(base + at, Int32(pattern[0]), count - pattern.count + 1 - at) else {
        return nil
      }
      at = UnsafeRawPointer(found) - base
      if memcmp(base + at, pattern, pattern.count) == 0 { return at }
      at += 1
    }
    return nil
  }
}
