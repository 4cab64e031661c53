// Sizes and spans of time as people write them.

private let sizeUnits: [(suffixes: [String], bytes: Int)] = [
  (["", "b"], 1),
  (["k", "kib"], 1 << 10), (["m", "mib"], 1 << 20), (["g", "gib"], 1 << 30), (["t", "tib"], 1 << 40),
  (["kb"], 1_000), (["mb"], 1_000_000), (["gb"], 1_000_000_000), (["tb"], 1_000_000_000_000),
]

private let timeUnits: [(suffixes: [String], milliseconds: Int)] = [
  (["ms"], 1), (["", "s"], 1000), (["m", "min"], 60_000), (["h"], 3_600_000), (["d"], 86_400_000),
]

/// Bytes for `32MiB`, `32M` (binary) or `32MB` (decimal); nil if it is no size or does not fit.
func parseSize(_ text: String) -> Int? {
  parseQuantity(text) { suffix in sizeUnits.first { $0.suffixes.contains(suffix) }?.bytes }
}

/// Milliseconds for `500ms`, `1.5s`, `5m`, `1h`, `2d`, or seconds for a bare number; nil if it is none.
func parseDuration(_ text: String) -> Int? {
  parseQuantity(text) { suffix in timeUnits.first { $0.suffixes.contains(suffix) }?.milliseconds }
}

/// The largest binary unit that gives a whole number: `32MiB`.
func formatSize(_ bytes: Int) -> String {
  for (unit, name) in [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]
  where bytes >= unit && bytes % unit == 0 {
    return "\(bytes / unit)\(name)"
  }
  return "\(bytes)"
}

/// The largest unit that gives a whole number: `5m`.
func formatDuration(_ milliseconds: Int) -> String {
  for (unit, name) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")]
  where milliseconds >= unit && milliseconds % unit == 0 {
    return "\(milliseconds / unit)\(name)"
  }
  return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
}

/// A number with up to nine decimal places and a unit. Exact: what does not come out whole is cut off.
private func parseQuantity(_ text: String, unit: (String) -> Int?) -> Int? {
  let lower = text.lowercased()
  let digits = lower.prefix { $0.isASCII && $0.isNumber }
  var rest = lower[digits.endIndex...]
  var fraction = Substring()
  if rest.first == "." {
    fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
    rest = rest[fraction.endIndex...]
    if fraction.isEmpty || fraction.count > 9 { return nil }
  }
  guard let whole = Int(digits), let factor = unit(String(rest.drop { $0 == " " })) else { return nil }
  var (total, overflow) = whole.multipliedReportingOverflow(by: factor)
  if overflow { return nil }
  var place = factor
  for digit in fraction {
    // One decimal at a time, so that nothing overflows and no binary fraction rounds.
    total += (place * (digit.wholeNumberValue ?? 0)) / 10
    place /= 10
  }
  return total
}

extension Duration {
  /// The whole milliseconds in it, at most `Int.max`.
  public var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = Int(seconds).multipliedReportingOverflow(by: 1000)
    if overflow { return .max }
    let (total, beyond) = scaled.addingReportingOverflow(Int(attoseconds / 1_000_000_000_000_000))
    return beyond ? .max : total
  }
}
