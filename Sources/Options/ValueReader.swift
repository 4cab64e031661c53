extension OptionKind {
  /// Reads `text` as a value of this kind. The error has two halves: what is wrong with the text, and what to
  /// give instead, with an example.
  func read(_ text: String) throws(BadValue) -> OptionValue {
    switch self {
    case .action, .toggle:
      switch text.lowercased() {
      case "true", "yes", "on", "1": return .flag(true)
      case "false", "no", "off", "0": return .flag(false)
      default: throw BadValue("is neither on nor off", advice: "use true or false", example: "true")
      }
    case .integer(let bounds):
      return .integer(
        try within(bounds, parseWholeNumber(text), "is no whole number", example: { "\($0)" }, text))
    case .size(let bounds):
      return .integer(
        try within(bounds, parseSize(text), "is no size", example: formatSize, text))
    case .duration(let bounds):
      return .milliseconds(
        try within(bounds, parseDuration(text), "is no span of time", example: formatDuration, text))
    case .text:
      return .text(text)
    case .choice(let words):
      guard words.contains(text) else {
        let near = nearestName(to: text, among: words) ?? words.first ?? ""
        throw BadValue(
          "is not one of the choices", advice: "use \(alternatives(words))", example: near)
      }
      return .text(text)
    }
  }

  private func within(
    _ bounds: ClosedRange<Int>, _ value: Int?, _ complaint: String, example: (Int) -> String, _ text: String
  ) throws(BadValue) -> Int {
    let advice =
      bounds.upperBound == .max
      ? "give \(example(bounds.lowerBound)) or more"
      : "give \(example(bounds.lowerBound)) to \(example(bounds.upperBound))"
    guard let value else {
      throw BadValue(complaint, advice: advice, example: example(max(bounds.lowerBound, 1)))
    }
    guard bounds.contains(value) else {
      let nearest = min(max(value, bounds.lowerBound), bounds.upperBound)
      let complaint = value < bounds.lowerBound ? "is too small" : "is too large"
      throw BadValue(complaint, advice: advice, example: example(nearest))
    }
    return value
  }
}

/// What is wrong with a value, and how to put it right.
struct BadValue: Error {
  let complaint: String
  let advice: String
  let example: String

  init(_ complaint: String, advice: String, example: String) {
    self.complaint = complaint
    self.advice = advice
    self.example = example
  }
}

/// An optional sign and digits; a number beyond 64 bits counts as the nearest that fits, so that it is told
/// to be too large and not to be no number.
private func parseWholeNumber(_ text: String) -> Int? {
  if let value = Int(text) { return value }
  let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
  guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
  return text.first == "-" ? .min : .max
}

/// `a, b or c`.
func alternatives(_ words: [String]) -> String {
  guard words.count > 1, let last = words.last else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " or " + last
}
