import Bytes

/// Numbers of JSON that are whole, however they are written.
enum WholeNumber {
  /// Reads a number that the grammar of JSON allows; nil if it is not whole, or does not fit into 64 bits.
  static func read(_ text: String) -> Int64? {
    var text = text
    // The usual form.
    if let number = text.withUTF8({ try? parseInteger(UnsafeRawBufferPointer($0)) }) { return number }
    let parts = text.split(maxSplits: 1) { $0 == "e" || $0 == "E" }
    let mantissa = parts[0].split(separator: ".", maxSplits: 1)
    let fraction = mantissa.count > 1 ? mantissa[1] : ""
    var digits = String(mantissa[0] + fraction)
    // An exponent that does not fit is the end of any other number than zero.
    guard digits.contains(where: { $0 > "0" && $0 <= "9" }) else { return 0 }
    guard let exponent = parts.count > 1 ? Int(parts[1]) : 0, abs(exponent) < 1_000_000 else { return nil }
    var zeros = exponent - fraction.utf8.count
    while zeros < 0, digits.last == "0" {
      digits.removeLast()
      zeros += 1
    }
    guard zeros >= 0, zeros < 20 else { return nil }
    digits += String(repeating: "0", count: zeros)
    return digits.withUTF8 { try? parseInteger(UnsafeRawBufferPointer($0)) }
  }
}
