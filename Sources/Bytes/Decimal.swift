/// The two digits of every number from 00 to 99, so that a division gives two digits at once.
@usableFromInline let digitPairs: StaticString =
  "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849505152535455565758596061626364656667686970717273747576777879808182838485868788899091929394959697989900"

extension ByteBuffer {
  /// Adds `value` in decimal, at most 20 bytes.
  @inlinable public mutating func append(decimal value: Int64) {
    appendUnsafe(room: 20) { room in
      guard let start = room.baseAddress else { return 0 }
      var writer = RawWriter(start)
      writer.write(decimal: value)
      return writer.position - start
    }
  }

  /// Adds `value` in decimal with leading zeros, exactly `width` digits (1 to 20).
  @inlinable public mutating func append(decimal value: UInt64, width: Int) {
    appendUnsafe(room: width) { room in
      guard let start = room.baseAddress else { return 0 }
      var writer = RawWriter(start)
      writer.write(decimal: value, width: width)
      return width
    }
  }
}

extension RawWriter {
  /// Adds `value` in decimal, at most 20 bytes.
  @inlinable public mutating func write(decimal value: Int64) {
    if value < 0 { write(UInt8(ascii: "-")) }
    let magnitude = value.magnitude
    write(decimal: magnitude, width: decimalLength(magnitude))
  }

  /// Adds `value` in decimal with leading zeros, exactly `width` digits (1 to 20).
  @inlinable public mutating func write(decimal value: UInt64, width: Int) {
    var rest = value
    var end = width
    while end >= 2 {
      end -= 2
      (position + end).copyMemory(from: digitPairs.utf8Start + Int(rest % 100) * 2, byteCount: 2)
      rest /= 100
    }
    if end > 0 { position.storeBytes(of: UInt8(truncatingIfNeeded: rest % 10) &+ 0x30, as: UInt8.self) }
    position += width
  }

  /// Adds exactly two digits of a number below 100.
  @inlinable mutating func write(twoDigits value: UInt32) {
    position.copyMemory(from: digitPairs.utf8Start + Int(value) &* 2, byteCount: 2)
    position += 2
  }
}

/// How many decimal digits `value` has; 1 for zero.
@inlinable public func decimalLength(_ value: UInt64) -> Int {
  var length = 1
  var bound: UInt64 = 10
  while value >= bound {
    length += 1
    let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
    if overflow { break }
    bound = next
  }
  return length
}

/// Why a text is no integer of 64 bits.
public enum IntegerError: Error, Equatable, Sendable {
  /// There is nothing, or something that is no digit.
  case notAnInteger
  /// The digits are fine but the number does not fit.
  case outOfRange
}

/// Reads a decimal integer: an optional `-` or `+` and digits, nothing else.
public func parseInteger(_ bytes: UnsafeRawBufferPointer) throws(IntegerError) -> Int64 {
  var digits = bytes[...]
  let negative = digits.first == UInt8(ascii: "-")
  if negative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
  guard !digits.isEmpty, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { throw .notAnInteger }
  var value: Int64 = 0
  for digit in digits {
    let (scaled, tooBig) = value.multipliedReportingOverflow(by: 10)
    let step = Int64(digit - 0x30)
    let (next, overflow) =
      negative ? scaled.subtractingReportingOverflow(step) : scaled.addingReportingOverflow(step)
    if tooBig || overflow { throw .outOfRange }
    value = next
  }
  return value
}
