/// An id as it stands in a page or a row: digits alone, without a zero in front, since ids are 1 or more. Nil for
/// anything else, and for what 64 bits cannot hold.
@inline(__always)
func rowID(_ text: UnsafeRawBufferPointer) -> Int64? {
  guard text.count <= 19, text.first != UInt8(ascii: "0") else { return nil }
  var id: UInt64 = 0
  for byte in text {
    let digit = UInt64(byte &- 0x30)
    guard digit <= 9 else { return nil }
    id = id &* 10 &+ digit
  }
  // Nineteen digits fit into 64 bits without a sign.
  return id > 0 ? Int64(exactly: id) : nil
}
