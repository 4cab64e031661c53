// Text laid out for a screen.

/// Columns of the narrowest screen that the help is made for.
let screenWidth = 80
/// A left column beyond this stands on a line of its own.
let widestLeft = 26

/// `text` broken at blanks so that it ends before the screen does; lines after the first begin with `indent` blanks.
/// The first one is put behind `start` columns.
func wrapped(_ text: String, indent: Int = 0, start: Int = 0, width: Int = screenWidth) -> String {
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    let before = lines.isEmpty ? start : indent
    if !line.isEmpty, before + line.count + 1 + word.count > width {
      lines.append(line)
      line = ""
    }
    line += line.isEmpty ? "\(word)" : " \(word)"
  }
  lines.append(line)
  return lines.joined(separator: "\n" + String(repeating: " ", count: indent))
}

/// How wide the left column has to be for those of `texts` that fit into it.
func columnWidth(_ texts: [String]) -> Int {
  texts.map(\.count).filter { $0 <= widestLeft }.max() ?? 0
}

/// Two columns, a row for each of `rows`, the left one `width` wide or as wide as it has to be.
func columns(_ rows: [(left: String, right: String)], width: Int? = nil) -> String {
  let width = width ?? columnWidth(rows.map(\.left))
  let indent = width + 4
  return rows.map { left, right in
    let gap =
      left.count <= width
      ? String(repeating: " ", count: indent - 2 - left.count)
      : "\n" + String(repeating: " ", count: indent)
    return "  \(left)\(gap)\(wrapped(right, indent: indent, start: indent))\n"
  }.joined()
}
