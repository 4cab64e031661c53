extension Scratch {
  /// Adds the part of an e-mail address that is made from the name: letters with at most one `.` or `_` between
  /// them, so that it ends in a letter and the number behind it can be told from it.
  mutating func append(
    userName first: UnsafeRawBufferPointer, _ last: UnsafeRawBufferPointer, _ draws: inout Draws
  ) {
    switch draws.below(16) {
    case 0..<6: append(ascii: first, ".", last)
    case 6..<9: append(ascii: first, nil, last)
    case 9..<11: append(ascii: first, "_", last)
    case 11..<13: append(ascii: last, ".", first)
    default: append(ascii: first, nil, last, initial: true)
    }
  }

  @inline(__always) private mutating func append(
    ascii one: UnsafeRawBufferPointer, _ separator: Unicode.Scalar?, _ other: UnsafeRawBufferPointer,
    initial: Bool = false
  ) {
    append(ascii: one, atMost: initial ? 1 : .max)
    if let separator { append(UInt8(ascii: separator)) }
    append(ascii: other, atMost: .max)
  }

  /// Behind the text of a name lies its ASCII form with its length, or a zero if it is the text in lower case.
  @inline(__always) private mutating func append(ascii name: UnsafeRawBufferPointer, atMost: Int) {
    guard let start = name.baseAddress else { return }
    let count = Int((start + name.count).load(as: UInt8.self))
    if count == 0 {
      append(lowercase: start, min(name.count, atMost))
    } else {
      append(start + name.count + 1, min(count, atMost))
    }
  }
}
