// Numbers as people read them. No locale: a program's output is the same everywhere.

/// `1234567` as `1,234,567`.
public func grouped(_ value: Int) -> String {
  let digits = String(value.magnitude)
  var text = value < 0 ? "-" : ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text += "," }
    text.append(digit)
  }
  return text
}

/// Three significant digits and a decimal unit: `182`, `1.82k`, `18.2k`, `182k`, `1.82M`.
public func scaled(_ value: Double, units: [String] = ["", "k", "M", "G", "T"]) -> String {
  guard value.isFinite, value > 0 else { return "0\(units.first ?? "")" }
  var rest = value
  var unit = 0
  // 999.5 would be shown as 1000, so it already is the next unit's.
  while rest >= 999.5, unit + 1 < units.count {
    rest /= 1000
    unit += 1
  }
  let decimals = unit == 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2
  return fixed(rest, decimals: decimals) + units[unit]
}

/// Bytes in decimal units, as disks and networks count them: `31.2 MB`.
public func bytesText(_ bytes: Double) -> String {
  scaled(bytes, units: [" B", " kB", " MB", " GB", " TB"])
}

/// `0:07`, `12:34`, `1:02:03`.
public func clockText(milliseconds: Int) -> String {
  let seconds = (max(milliseconds, 0) + 500) / 1000
  let minutes = seconds / 60 % 60
  let tail = twoDigits(seconds % 60)
  return seconds < 3600 ? "\(minutes):\(tail)" : "\(seconds / 3600):\(twoDigits(minutes)):\(tail)"
}

/// `0.042 s`, `7.3 s`, or a clock reading from a minute up.
public func elapsedText(milliseconds: Int) -> String {
  if milliseconds >= 60_000 { return clockText(milliseconds: milliseconds) }
  return fixed(Double(milliseconds) / 1000, decimals: milliseconds < 1000 ? 3 : 1) + " s"
}

private func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

/// `value` rounded to so many decimals, at least zero and less than 10^15.
private func fixed(_ value: Double, decimals: Int) -> String {
  var factor = 1
  for _ in 0..<decimals { factor *= 10 }
  let shifted = Int((value * Double(factor)).rounded())
  guard decimals > 0 else { return "\(shifted)" }
  let fraction = String(shifted % factor)
  return "\(shifted / factor)." + String(repeating: "0", count: decimals - fraction.count) + fraction
}
