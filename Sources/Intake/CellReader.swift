import Bytes
import Customers

/// Reads the cells of a row from their texts. The rules are those of the table, so that what passes here is taken there.
enum CellReader {
  /// The value of a text that is not empty. `isPlain` says that it is ASCII without a NUL.
  static func value(
    of column: Column, _ text: UnsafeRawBufferPointer, isPlain: Bool
  ) throws(CellProblem) -> CustomerValue {
    switch column.kind {
    case .integer: return .integer(try integer(column, text))
    case .text(let limit): return .text(try self.text(column, text, limit: limit, isPlain: isPlain))
    case .date:
      guard let days = ISOTime(text)?.date else {
        throw problem(column, text, "is no date; write YYYY-MM-DD, from 0001-01-01 to 9999-12-31")
      }
      return .date(days)
    case .timestamp:
      guard let time = ISOTime(text), !time.isDay, let microseconds = time.moment else {
        throw problem(
          column, text, "is no time; write YYYY-MM-DD HH:MM:SS.mmm in UTC, or ISO 8601 with Z or an offset")
      }
      return .timestamp(microseconds)
    }
  }

  private static func integer(
    _ column: Column, _ text: UnsafeRawBufferPointer
  ) throws(CellProblem) -> Int64 {
    guard let value = try? parseInteger(text), value >= 1 else {
      throw problem(column, text, "is no id; give a whole number from 1 to \(Int64.max), or none to draw one")
    }
    return value
  }

  private static func text(
    _ column: Column, _ text: UnsafeRawBufferPointer, limit: Int, isPlain: Bool
  ) throws(CellProblem) -> UnsafeRawBufferPointer {
    if !isPlain {
      if text.contains(0) {
        throw CellProblem("the text holds a NUL, which PostgreSQL cannot store", column: "\(column.name)")
      }
      guard isUTF8(text) else { throw CellProblem("the text is not UTF-8", column: "\(column.name)") }
    }
    if text.count > limit {
      let count = isPlain ? text.count : characters(text)
      if count > limit {
        throw CellProblem(
          "the text has \(count) characters; at most \(limit) are taken", column: "\(column.name)")
      }
    }
    return text
  }

  private static func problem(
    _ column: Column, _ text: UnsafeRawBufferPointer, _ what: String
  ) -> CellProblem {
    CellProblem(
      "\"\(excerpt(String(decoding: text.prefix(200), as: UTF8.self)))\" \(what)", column: "\(column.name)")
  }
}

/// Whether the bytes are ASCII without a NUL.
func isPlainText(_ bytes: UnsafeRawBufferPointer) -> Bool {
  guard let base = bytes.baseAddress else { return true }
  var high: UInt64 = 0
  var offset = 0
  while offset &+ 8 <= bytes.count {
    let word = (base + offset).loadUnaligned(as: UInt64.self)
    // A NUL is the one byte of ASCII that borrows.
    high |= word | (word &- 0x0101_0101_0101_0101)
    offset &+= 8
  }
  while offset < bytes.count {
    high |= UInt64(bytes[offset] | (bytes[offset] &- 1))
    offset &+= 1
  }
  return high & 0x8080_8080_8080_8080 == 0
}

/// Whether the bytes are UTF-8, as PostgreSQL takes it: the shortest form of each character, and no halves of pairs.
func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
  (try? UTF8Span(validating: bytes.bindMemory(to: UInt8.self).span)) != nil
}

/// Characters of a text that is UTF-8, as PostgreSQL counts them: code points.
func characters(_ bytes: UnsafeRawBufferPointer) -> Int {
  var count = 0
  for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
  return count
}

/// The beginning of a foreign text, fit for a message: short, and without control characters.
func excerpt(_ text: String) -> String {
  printable(text, limit: 40, substitute: "?") + (text.unicodeScalars.count > 40 ? "…" : "")
}
