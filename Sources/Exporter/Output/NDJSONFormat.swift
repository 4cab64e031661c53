import Bytes
import Customers
import Glibc
import JSON

/// One JSON object a line, written as our server writes it: all columns in table order, no blanks, UTF-8 as it is.
struct NDJSONFormat: OutputFormat {
  /// `{"customer_id":`, `,"first_name":`, … one behind the other.
  private let keys: [UInt8]
  /// Where each key begins, and behind them the end of the last one.
  private let starts: [Int]

  init() {
    var keys: [UInt8] = []
    starts =
      Column.allCases.map { column in
        defer { keys += Array("\(column == .customerID ? "{" : ",")\"\(column.name)\":".utf8) }
        return keys.count
      } + [keys.count]
    self.keys = keys
  }

  func appendHeader(to buffer: inout ByteBuffer) {}

  @inline(__always)
  func append(row cells: UnsafePointer<Cell>, to buffer: inout ByteBuffer) {
    keys.withUnsafeBytes { keys in
      for column in 0..<Column.count {
        buffer.append(UnsafeRawBufferPointer(rebasing: keys[starts[column]..<starts[column + 1]]))
        let cell = cells[column]
        switch cell.kind {
        case .null: buffer.append("null")
        case .string: buffer.append(jsonString: cell.bytes)
        case .number, .bool: buffer.append(cell.bytes)
        }
      }
    }
    buffer.append("}\n")
  }

  // MARK: Reading back

  /// A line end inside a text is escaped, so the first one ends the row.
  func lengthOfRow(in bytes: UnsafeRawBufferPointer) -> Int? {
    guard let start = bytes.baseAddress, let found = memchr(start, 0x0A, bytes.count) else { return nil }
    return UnsafeRawPointer(found) - start + 1
  }

  func find(_ values: borrowing RowValues, in row: UnsafeRawBufferPointer) -> Bool {
    guard let start = row.baseAddress, row.count > 2 else { return false }
    let end = start + row.count - 2
    guard end.load(as: UInt8.self) == UInt8(ascii: "}") else { return false }
    return keys.withUnsafeBytes { keys in
      var position = start
      for column in 0..<Column.count {
        let key = UnsafeRawBufferPointer(rebasing: keys[starts[column]..<starts[column + 1]])
        guard end - position > key.count, let name = key.baseAddress, memcmp(position, name, key.count) == 0
        else { return false }
        position += key.count
        guard let stop = endOfValue(position, end) else { return false }
        values[column] = UnsafeRawBufferPointer(start: position, count: stop - position)
        position = stop
      }
      return position == end
    }
  }

  /// Where the value ends that begins at `start`; nil if none does.
  private func endOfValue(_ start: UnsafeRawPointer, _ end: UnsafeRawPointer) -> UnsafeRawPointer? {
    guard start.load(as: UInt8.self) == UInt8(ascii: "\"") else {
      let stop = memchr(start, 0x2C, end - start).map { UnsafeRawPointer($0) } ?? end
      let value = UnsafeRawBufferPointer(start: start, count: stop - start)
      return isNull(value) || isPlainWord(value) ? stop : nil
    }
    var position = start + 1
    while let found = memchr(position, 0x22, end - position) {
      let quote = UnsafeRawPointer(found)
      var backslashes = 0
      while quote - backslashes - 1 > start, (quote - backslashes - 1).load(as: UInt8.self) == 0x5C {
        backslashes += 1
      }
      position = quote + 1
      if backslashes % 2 == 0 { return position }
    }
    return nil
  }

  /// A number, or `true` or `false`.
  private func isPlainWord(_ value: UnsafeRawBufferPointer) -> Bool {
    !value.isEmpty
      && value.allSatisfy { byte in
        byte >= 0x30 && byte <= 0x39 || byte >= 0x61 && byte <= 0x7A
          || [0x2B, 0x2D, 0x2E, 0x45].contains(byte)
      }
  }

  func isNull(_ value: UnsafeRawBufferPointer) -> Bool {
    value.count == 4 && value[0] == UInt8(ascii: "n")
  }
}
