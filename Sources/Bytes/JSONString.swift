extension ByteBuffer {
  /// Adds `text` as a JSON string.
  public mutating func append(jsonString text: String) {
    var text = text
    text.withUTF8 { append(jsonString: UnsafeRawBufferPointer($0)) }
  }

  /// Adds UTF-8 as a JSON string, quotes included: `"`, `\` and control characters below U+0020 are escaped, all
  /// else stays as it is.
  @inlinable public mutating func append(jsonString text: UnsafeRawBufferPointer) {
    // Each byte takes six at most; 16 more, since whole blocks are stored.
    reserve(text.count * 6 + 18)
    var output = base + tail
    output.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
    output += 1
    if var input = text.baseAddress {
      let end = input + text.count
      while end - input >= 16 {
        let block = input.loadUnaligned(as: SIMD16<UInt8>.self)
        output.storeBytes(of: block, as: SIMD16<UInt8>.self)
        let special = (block .< 0x20) .| (block .== 0x22) .| (block .== 0x5C)
        if !any(special) {
          input += 16
          output += 16
          continue
        }
        (input, output) = writeJSONBytes(input, 16, output)
      }
      (_, output) = writeJSONBytes(input, end - input, output)
    }
    output.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
    tail = output + 1 - base
  }
}

/// Writes `count` bytes one by one, with escapes; gives the positions behind them.
@inlinable func writeJSONBytes(_ input: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutableRawPointer)
  -> (
    UnsafeRawPointer, UnsafeMutableRawPointer
  )
{
  var output = output
  for index in 0..<count {
    let byte = input.load(fromByteOffset: index, as: UInt8.self)
    if byte >= 0x20, byte != 0x22, byte != 0x5C {
      output.storeBytes(of: byte, as: UInt8.self)
      output += 1
    } else {
      output += writeJSONEscape(byte, output)
    }
  }
  return (input + count, output)
}

/// Writes the escape of `byte`; gives its length.
@usableFromInline func writeJSONEscape(_ byte: UInt8, _ output: UnsafeMutableRawPointer) -> Int {
  let short: UInt8
  switch byte {
  case 0x22, 0x5C: short = byte
  case 0x0A: short = UInt8(ascii: "n")
  case 0x0D: short = UInt8(ascii: "r")
  case 0x09: short = UInt8(ascii: "t")
  case 0x08: short = UInt8(ascii: "b")
  case 0x0C: short = UInt8(ascii: "f")
  default:
    let digits: StaticString = "0123456789abcdef"
    output.copyMemory(from: ("\\u00" as StaticString).utf8Start, byteCount: 4)
    output.storeBytes(of: digits.utf8Start[Int(byte >> 4)], toByteOffset: 4, as: UInt8.self)
    output.storeBytes(of: digits.utf8Start[Int(byte & 15)], toByteOffset: 5, as: UInt8.self)
    return 6
  }
  output.storeBytes(of: UInt8(ascii: "\\"), as: UInt8.self)
  output.storeBytes(of: short, toByteOffset: 1, as: UInt8.self)
  return 2
}
