extension Unicode.Scalar {
  /// Moves the cursor, ends the line or turns the direction of writing where it is shown.
  public var isUnprintable: Bool {
    value < 0x20 || (0x7F...0x9F).contains(value) || (0x2028...0x202E).contains(value)
  }
}

/// The beginning of a text that somebody else wrote, fit for one line of a terminal: at most `limit` Unicode scalars,
/// with `substitute` in place of those that are not printable.
public func printable(_ text: String, limit: Int = 200, substitute: Unicode.Scalar = " ") -> String {
  var shown = ""
  for scalar in text.unicodeScalars.prefix(limit) {
    shown.unicodeScalars.append(scalar.isUnprintable ? substitute : scalar)
  }
  return shown
}
