// The CSV form of a field: that of PostgreSQL's `COPY … TO STDOUT (FORMAT csv)`, which is RFC 4180 with quotes
// only where they are needed. A null is nothing at all between two commas, so it has no function here.
public import Bytes
import Glibc

/// The first line of a CSV of customers, with its line end: the names of the columns, in table order.
public let csvHeader = Column.allCases.map { "\($0.name)" }.joined(separator: ",") + "\n"

extension ByteBuffer {
  /// Adds one value that is not null, quoted if PostgreSQL would quote it.
  ///
  /// That is: if it holds a comma, a quote, CR or LF, or if it is empty (for that is how a null looks). Quotes
  /// inside are doubled. Blanks at the ends, tabs and control characters need no quotes. PostgreSQL also quotes
  /// `\.` where a row has a single column; a customer has nineteen. Source: `CopyAttributeOutCSV`.
  @inlinable public mutating func append(csvField: UnsafeRawBufferPointer) {
    if csvNeedsQuotes(csvField) {
      append(quotedCSVField: csvField)
    } else {
      append(csvField)
    }
  }

  /// Adds `field` between quotes, with the quotes inside doubled: whole runs are copied at once.
  @usableFromInline mutating func append(quotedCSVField field: UnsafeRawBufferPointer) {
    let quote = UInt8(ascii: "\"")
    reserve(field.count + 8)
    append(quote)
    if var start = field.baseAddress {
      let end = start + field.count
      while let found = memchr(start, Int32(quote), end - start) {
        let next = UnsafeRawPointer(found) + 1
        append(UnsafeRawBufferPointer(start: start, count: next - start))
        append(quote)
        start = next
      }
      append(UnsafeRawBufferPointer(start: start, count: end - start))
    }
    append(quote)
  }
}

/// Whether PostgreSQL would put quotes around this value in a CSV of several columns.
@inlinable public func csvNeedsQuotes(_ field: UnsafeRawBufferPointer) -> Bool {
  let count = field.count
  // Eight bytes at a time; the last word overlaps the one before it, so nothing is read beyond the end.
  if count >= 8 {
    var offset = 0
    let last = count - 8
    while offset < last {
      if hasCSVSpecial(field.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) { return true }
      offset += 8
    }
    return hasCSVSpecial(field.loadUnaligned(fromByteOffset: last, as: UInt64.self))
  }
  if count >= 4 {
    let low = UInt64(field.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
    let high = UInt64(field.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
    return hasCSVSpecial(high << 32 | low)
  }
  for byte in field where byte == 0x2C || byte == 0x22 || byte == 0x0A || byte == 0x0D { return true }
  return count == 0
}

/// Whether one of the eight bytes is a comma, a quote, LF or CR.
@inlinable func hasCSVSpecial(_ word: UInt64) -> Bool { csvSpecials(word) != 0 }

/// Marks a comma, a quote, LF or CR among eight bytes: the lowest bit that is set is the highest of the first such byte.
/// Bits above it say nothing.
///
/// A byte equal to the wanted one is zero after the XOR; `(x - 0x01…) & ~x & 0x80…` is not zero exactly if
/// some byte of `x` is.
@inlinable @inline(__always) public func csvSpecials(_ word: UInt64) -> UInt64 {
  let ones: UInt64 = 0x0101_0101_0101_0101
  let comma = word ^ (ones &* 0x2C)
  let quote = word ^ (ones &* 0x22)
  let lineFeed = word ^ (ones &* 0x0A)
  let carriageReturn = word ^ (ones &* 0x0D)
  let found =
    ((comma &- ones) & ~comma) | ((quote &- ones) & ~quote)
    | ((lineFeed &- ones) & ~lineFeed) | ((carriageReturn &- ones) & ~carriageReturn)
  return found & (ones &* 0x80)
}
