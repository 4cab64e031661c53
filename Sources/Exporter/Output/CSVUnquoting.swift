import Bytes

/// The texts in the fields of a row of CSV.
struct CSVUnquoting: ~Copyable {
  private var scratch = ByteBuffer()

  /// Makes room for the texts of a row; those of the row before are gone.
  mutating func begin(row: UnsafeRawBufferPointer) {
    scratch.removeAll(keepingAtMost: 1 << 16)
    // No text is longer without its quotes; and so nothing moves while the row is in use.
    scratch.reserve(row.count)
  }

  /// The text in a field that is not null: in place, or in memory that is good until the next row.
  mutating func text(_ field: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let quote = UInt8(ascii: "\"")
    guard field.first == quote else { return field }
    let inside = UnsafeRawBufferPointer(rebasing: field[1..<field.count - 1])
    guard inside.contains(quote) else { return inside }
    let start = scratch.count
    var isSecond = false
    for byte in inside {
      isSecond = byte == quote && !isSecond
      // Of two quotes the second is left out.
      if byte != quote || isSecond { scratch.append(byte) }
    }
    return scratch.withBytes { UnsafeRawBufferPointer(rebasing: $0[start...]) }
  }
}
