// What may lie around the rows of a page: nothing, or an object in which they are the one array.
extension TokenWalk {
  /// Steps into the outermost array; false if the document is something else.
  mutating func enterArray() throws(JSONError) -> Bool {
    if next == UInt8(ascii: "[") {
      index += 1
      return true
    }
    try skipValue()
    try end()
    return false
  }

  /// Steps into the first array among the members of the outermost object; false if there is none.
  mutating func enterMembers() throws(JSONError) -> Bool {
    try expect(UInt8(ascii: "{"))
    if next == UInt8(ascii: "}") {
      index += 1
    } else {
      repeat {
        _ = try string()
        try expect(UInt8(ascii: ":"))
        if next == UInt8(ascii: "[") {
          index += 1
          return true
        }
        try skipValue()
      } while takeComma()
      try expect(UInt8(ascii: "}"))
    }
    try end()
    return false
  }

  /// Stands before a row, or behind the last one, whose bracket is then stepped over.
  @inline(__always) mutating func atEndOfRows(first: Bool) throws(JSONError) -> Bool {
    if next == UInt8(ascii: "]") {
      index &+= 1
      return true
    }
    if !first { try expect(UInt8(ascii: ",")) }
    return false
  }

  /// Reads what follows the rows, up to the end of the document.
  mutating func leave(inObject: Bool) throws(JSONError) -> PageError? {
    var problem: PageError?
    if inObject {
      while takeComma() {
        _ = try string()
        try expect(UInt8(ascii: ":"))
        if next == UInt8(ascii: "[") { problem = .severalArrays }
        try skipValue()
      }
      try expect(UInt8(ascii: "}"))
    }
    try end()
    return problem
  }

  private mutating func takeComma() -> Bool {
    guard next == UInt8(ascii: ",") else { return false }
    index += 1
    return true
  }
}
