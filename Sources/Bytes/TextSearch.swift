extension StringProtocol {
  /// Where `part` (not empty) first begins and ends; nil if it is not there.
  ///
  /// The standard library has this in the engine of regular expressions, which is megabytes of code that the
  /// programs do without.
  public func place(of part: StaticString) -> Range<Index>? {
    part.withUTF8Buffer { part in
      guard let first = part.first else { return nil }
      var rest = utf8[...]
      while let start = rest.firstIndex(of: first) {
        rest = rest[start...]
        if rest.starts(with: part) { return start..<utf8.index(start, offsetBy: part.count) }
        rest = rest.dropFirst()
      }
      return nil
    }
  }

  /// True if `part` (not empty) is in the text, byte for byte.
  public func holds(_ part: StaticString) -> Bool { place(of: part) != nil }
}
