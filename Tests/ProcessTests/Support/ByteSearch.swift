import Foundation

extension [UInt8] {
  /// Where `pattern` first stands at or behind `start`. As quick as `memchr` where the first byte is rare, in a build
  /// without optimization too.
  func offset(of pattern: [UInt8], from start: Int = 0) -> Int? {
    withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, !pattern.isEmpty else { return nil }
      var at = start
      while at + pattern.count <= bytes.count {
        guard let found = memchr(base + at, Int32(pattern[0]), bytes.count - pattern.count + 1 - at) else {
          return nil
        }
        at = UnsafeRawPointer(found) - base
        if memcmp(base + at, pattern, pattern.count) == 0 { return at }
        at += 1
      }
      return nil
    }
  }
}
