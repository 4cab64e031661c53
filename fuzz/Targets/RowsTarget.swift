import Bytes
import Customers

@testable import Exporter

/// Any texts that a table can hold: the server's own JSON of them, and the same page in an odd hand, come out of the
/// exporter as the same rows, and the file is found whole again.
enum RowsTarget {
  static func check(_ input: UnsafeRawBufferPointer) {
    let rows = rows(of: Array(input))
    let ids = rows.indices.map { Int64($0 + 1) }
    for format in ExporterPath.formats {
      let wanted = Array(PlainPage.csv(rows, lineEnd: format.lineEnd == .crlf ? "\r\n" : "\n").utf8)
      for page in [ours(rows), odd(rows)] {
        let written = ExporterPath.convert(page, format, records: rows.count + 1)
        if written != wanted {
          fail("\(String(decoding: page, as: UTF8.self)) gives \(String(describing: written)), not \(wanted)")
        }
      }
      ExporterPath.checkFile(wanted, format, ids: ids)
    }
  }

  /// Texts end at 0xFF, which is in no UTF-8; one of 0xFE alone is a null. Broken UTF-8 is repaired, and dates and
  /// times are null, since the server has those in binary.
  private static func rows(of bytes: [UInt8]) -> [[String?]] {
    let texts = bytes.split(separator: 0xFF, omittingEmptySubsequences: false).map { text -> String? in
      text.elementsEqual([0xFE]) ? nil : String(decoding: text, as: UTF8.self)
    }
    let width = Column.allCases.count - 1
    return stride(from: 0, to: texts.count, by: width).prefix(4).enumerated().map { index, start in
      var row: [String?] = ["\(index + 1)"] + texts[start..<min(start + width, texts.count)]
      row += Array(repeating: nil, count: Column.allCases.count - row.count)
      for column in Column.allCases where column.kind == .date || column.kind == .timestamp {
        row[column.rawValue] = nil
      }
      return row
    }
  }

  /// As the server writes it, from what PostgreSQL gives.
  private static func ours(_ rows: [[String?]]) -> [UInt8] {
    let json = CustomerJSON()
    var page = ByteBuffer()
    for (index, row) in rows.enumerated() {
      page.append(index == 0 ? "[" : ",")
      let cells = row.enumerated().map { column, text -> [UInt8]? in
        column == 0
          ? withUnsafeBytes(of: Int64(index + 1).bigEndian) { Array($0) } : text.map { Array($0.utf8) }
      }
      // One piece of memory that stays where it is: a cell is asked for twice.
      let flat = cells.flatMap { $0 ?? [] }
      var starts: [Int] = [0]
      for cell in cells { starts.append((starts.last ?? 0) + (cell?.count ?? 0)) }
      flat.withUnsafeBytes { flat in
        json.append(to: &page) { column in
          cells[column] == nil
            ? nil : UnsafeRawBufferPointer(rebasing: flat[starts[column]..<starts[column + 1]])
        }
      }
    }
    page.append("]")
    return page.withBytes { Array($0) }
  }

  /// In an object, with blanks, more members, the columns in another order and every unit of a text escaped.
  private static func odd(_ rows: [[String?]]) -> [UInt8] {
    var page = "\r\n{ \"next\" :null,\"items\":\t["
    for (index, row) in rows.enumerated() {
      if index > 0 { page += " ," }
      page += "{\"extra\": [{\"customer_id\":7}] "
      for column in Column.allCases.reversed() {
        let value = row[column.rawValue]
        page += ",\(escaped("\(column.name)")):"
        page += column == .customerID ? value ?? "" : value.map(escaped) ?? "null"
      }
      page += "}"
    }
    return Array((page + "] ,\"count\":-1.5e+3}\n").utf8)
  }

  private static func escaped(_ text: String) -> String {
    let units = text.utf16.map { unit in
      let digits = String(unit, radix: 16, uppercase: unit % 2 == 0)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    return "\"\(units.joined())\""
  }
}
