/// Whether these bytes are a number of RFC 8259: no sign but `-`, no leading zero, digits on both sides of a dot.
func isJSONNumber(_ text: UnsafeRawBufferPointer) -> Bool {
  let end = text.count
  var at = 0

  func byte() -> UInt8 { at < end ? text[at] : 0 }
  func skipDigits() -> Bool {
    let before = at
    while byte() >= 0x30, byte() <= 0x39 { at &+= 1 }
    return at > before
  }

  if byte() == UInt8(ascii: "-") { at &+= 1 }
  if byte() == UInt8(ascii: "0") {
    at &+= 1
  } else if !skipDigits() {
    return false
  }
  if byte() == UInt8(ascii: ".") {
    at &+= 1
    guard skipDigits() else { return false }
  }
  if byte() | 0x20 == UInt8(ascii: "e") {
    at &+= 1
    if byte() == UInt8(ascii: "+") || byte() == UInt8(ascii: "-") { at &+= 1 }
    guard skipDigits() else { return false }
  }
  return at == end
}
