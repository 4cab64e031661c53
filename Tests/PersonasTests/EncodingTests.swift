import Bytes
import Customers
import Personas
import Testing

/// Reads a row of binary COPY as the manual describes it; values as `ReadRow` shows them.
private func decodedCopyRow(_ bytes: ArraySlice<UInt8>) -> (cells: [String?], rest: ArraySlice<UInt8>) {
  var rest = bytes
  func number(_ size: Int) -> Int64 {
    // Sign-extended from its first byte.
    var value = rest.first.map { $0 >= 0x80 ? Int64(-1) : 0 } ?? 0
    for byte in rest.prefix(size) { value = value << 8 | Int64(byte) }
    rest = rest.dropFirst(size)
    return value
  }
  var cells: [String?] = []
  #expect(number(2) == 20)
  for column in Column.allCases {
    let length = Int(number(4))
    guard length >= 0 else {
      cells.append(nil)
      continue
    }
    switch column.kind {
    case .text:
      cells.append(String(decoding: rest.prefix(length), as: UTF8.self))
      rest = rest.dropFirst(length)
    case .integer, .date, .timestamp:
      #expect(length == (column.kind == .date ? 4 : 8))
      cells.append("\(number(length))")
    }
  }
  #expect(number(4) == 9 && rest.prefix(9).elementsEqual("generator".utf8))
  return (cells, rest.dropFirst(9))
}

/// Reads a line of CSV; an unquoted empty field is nil.
private func decodedCSVRow(_ text: String) -> [String?] {
  var cells: [String?] = []
  var field = ""
  var wasQuoted = false
  var isInside = false
  var characters = text.unicodeScalars.makeIterator()
  var next = characters.next()
  while let scalar = next {
    next = characters.next()
    if isInside {
      if scalar != "\"" {
        field.unicodeScalars.append(scalar)
      } else if next == "\"" {
        field += "\""
        next = characters.next()
      } else {
        isInside = false
      }
    } else if scalar == "\"" {
      isInside = true
      wasQuoted = true
    } else if scalar == "," || scalar == "\n" {
      cells.append(field.isEmpty && !wasQuoted ? nil : field)
      field = ""
      wasQuoted = false
    } else {
      field.unicodeScalars.append(scalar)
    }
  }
  return cells
}

@Suite struct EncodingTests {
  @Test func copyRowsAreTheRows() {
    var source = PersonaSource(seed: 4)
    var buffer = ByteBuffer()
    for id in 1...2000 as ClosedRange<Int64> { source.append(copyRow: id, to: &buffer) }
    var rest = buffer.withBytes { Array($0) }[...]
    forEachRow(1...2000, seed: 4) { row in
      let (cells, after) = decodedCopyRow(rest)
      rest = after
      #expect(cells == row.cells)
    }
    #expect(rest.isEmpty)
  }

  @Test func csvRowsAreTheRows() {
    var source = PersonaSource(seed: 4)
    forEachRow(1...2000, seed: 4) { row in
      var buffer = ByteBuffer()
      source.append(csvRow: Int64(row.text(.customerID)) ?? 0, to: &buffer)
      let cells = decodedCSVRow(buffer.text())
      #expect(buffer.text().hasSuffix("\n") && cells.count == Column.count)
      for column in Column.allCases {
        switch column.kind {
        case .integer, .text:
          #expect(cells[column.rawValue] == row[column])
        case .date:
          #expect(cells[column.rawValue] == row[column].flatMap(Int32.init).map(dateText))
        case .timestamp:
          #expect(cells[column.rawValue] == row[column].flatMap(Int64.init).map(timeText))
        }
      }
    }
  }

  private func dateText(_ days: Int32) -> String {
    var buffer = ByteBuffer()
    buffer.append(postgresDate: days)
    return buffer.text()
  }

  private func timeText(_ microseconds: Int64) -> String {
    var buffer = ByteBuffer()
    buffer.append(postgresTimestamp: microseconds)
    return buffer.text()
  }

  /// What no persona holds: every kind of cell with a comma, a quote, a line end, and the ends of the numbers.
  @Test func hostileCells() {
    let row = CustomerRow()
    let texts = ["a,b", "\"", "\r\n", "", "\\.", " x ", "ы"].map { Array($0.utf8) }
    row[.customerID] = .integer(.min)
    row[.dateOfBirth] = .date(-730_119)
    row[.lastLoginAt] = .timestamp(252_455_615_999_999_000)
    for (text, column) in zip(texts, Column.allCases.dropFirst(7)) {
      row[column] = text.withUnsafeBytes { bytes in
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 16, alignment: 1)
        copy.copyBytes(from: bytes)
        return .text(UnsafeRawBufferPointer(rebasing: copy.prefix(bytes.count)))
      }
    }
    var buffer = ByteBuffer(capacity: 16)
    buffer.append(csvRow: row)
    #expect(
      buffer.text()
        == "-9223372036854775808,,,0001-01-01,,9999-12-31 23:59:59.999,,\"a,b\",\"\"\"\",\"\r\n\",\"\",\\., x ,ы,,,,,\n"
    )
    buffer.removeAll()
    buffer.append(copyRow: row, source: "generator")
    let (cells, rest) = decodedCopyRow(buffer.withBytes { Array($0) }[...])
    #expect(cells == ReadRow(row).cells && rest.isEmpty)
    for column in Column.allCases {
      if case .text(let text) = row[column] { text.deallocate() }
    }
  }
}
