/// What a client says about content codings (RFC 9110, 12.5.3), as far as gzip is concerned.
struct AcceptEncoding {
  /// Weights in thousandths; nil where nothing is said.
  private var gzip: Int?
  private var identity: Int?
  private var anything: Int?

  /// Takes one field in; several are read as one list.
  mutating func add(_ value: UnsafeRawBufferPointer) {
    ASCII.forEachElement(of: value) { add(element: $0) }
  }

  /// True where gzip may be sent and is not liked less than no coding at all.
  var prefersGzip: Bool {
    guard let weight = gzip ?? anything, weight > 0 else { return false }
    return weight >= (identity ?? 0)
  }

  private mutating func add(element: UnsafeRawBufferPointer) {
    let semicolon = element.firstIndex(of: UInt8(ascii: ";")) ?? element.count
    let name = ASCII.trimmed(Span(start: 0, count: semicolon), in: element).of(element)
    guard let weight = Self.weight(UnsafeRawBufferPointer(rebasing: element[semicolon...])) else { return }
    // "x-gzip" is the name's old form (RFC 9110, 8.4.1.3).
    if ASCII.equalsIgnoringCase(name, "gzip") || ASCII.equalsIgnoringCase(name, "x-gzip") {
      gzip = max(gzip ?? 0, weight)
    } else if ASCII.equalsIgnoringCase(name, "identity") {
      identity = weight
    } else if ASCII.equals(name, "*") {
      anything = weight
    }
  }

  /// The thousandths of `;q=0.5`; 1000 where there is no weight, nil for what is none: such an element says nothing.
  private static func weight(_ text: UnsafeRawBufferPointer) -> Int? {
    if text.isEmpty { return 1000 }
    let value = ASCII.trimmed(Span(start: 1, count: text.count - 1), in: text).of(text)
    guard value.count >= 3, value.count <= 7, ASCII.lower(value[0]) == UInt8(ascii: "q"),
      value[1] == UInt8(ascii: "="), value[2] == UInt8(ascii: "0") || value[2] == UInt8(ascii: "1")
    else { return nil }
    var weight = Int(value[2] - 0x30) * 1000
    guard value.count > 3 else { return weight }
    guard value[3] == UInt8(ascii: ".") else { return nil }
    var place = 100
    for digit in value[4...] {
      guard ASCII.isDigit(digit) else { return nil }
      weight += Int(digit - 0x30) * place
      place /= 10
    }
    return weight <= 1000 ? weight : nil
  }
}
