// The walk through one row. A problem that is not one of JSON is returned, not thrown: what is thrown is the
// grammar's, and the two kinds have their own types.
extension TokenWalk {
  /// Reads the object that begins here into `cells`, one for each column.
  mutating func row(
    _ row: Int, _ names: borrowing ColumnNames, _ cells: UnsafeMutablePointer<Cell>
  ) throws(JSONError) -> PageError? {
    guard next == UInt8(ascii: "{") else {
      try skipValue()
      return .notARow(row: row)
    }
    index &+= 1
    var seen: UInt64 = 0
    var expected = 0
    if next == UInt8(ascii: "}") {
      index &+= 1
      return .missing(column: names.text(0), row: row)
    }
    while true {
      if let column = try column(names, expected) {
        let bit: UInt64 = 1 << UInt64(truncatingIfNeeded: column)
        if seen & bit != 0 { return .duplicate(column: names.text(column), row: row) }
        seen |= bit
        guard let cell = try cell() else { return .nested(column: names.text(column), row: row) }
        cells[column] = cell
        expected = column &+ 1
      } else {
        try skipValue()
      }
      if next != UInt8(ascii: ",") { break }
      index &+= 1
    }
    try expect(UInt8(ascii: "}"))
    let missing = (~seen).trailingZeroBitCount
    return missing < names.count ? .missing(column: names.text(missing), row: row) : nil
  }

  /// Steps over a key and its colon, and says which column it names. Columns mostly come in order, so the one that
  /// is expected is compared first, without looking for the end of the key.
  @inline(__always)
  mutating func column(
    _ names: borrowing ColumnNames, _ expected: Int
  ) throws(JSONError) -> Int? {
    guard next == TokenWalk.quote else { throw .syntax(offset: offset) }
    let start = offset &+ 1
    if names.isKey(expected, bytes + start, room: Int(tokens[index &+ 1]) &- start) {
      index &+= 1
      try expect(UInt8(ascii: ":"))
      return expected
    }
    let key = try string()
    try expect(UInt8(ascii: ":"))
    return names.column(of: key)
  }

  /// Reads a value that is not made of others; nil for one that is.
  @inline(__always)
  mutating func cell() throws(JSONError) -> Cell? {
    switch next {
    case TokenWalk.quote: return Cell(.string, try string())
    case UInt8(ascii: "n"):
      try literal("null")
      return .null
    case UInt8(ascii: "t"): return Cell(.bool, try literal("true"))
    case UInt8(ascii: "f"): return Cell(.bool, try literal("false"))
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      try skipValue()
      return nil
    default: return Cell(.number, try number())
    }
  }
}
