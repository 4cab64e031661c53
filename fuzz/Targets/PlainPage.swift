import Customers
import JSON

/// A page as docs/exporting.md describes it, made from JSON that was read plainly.
struct PlainPage {
  /// The rows that a page brought; texts by column, nil for null.
  private(set) var rows: [[String?]] = []

  private static let names = Column.allCases.map { "\($0.name)" }

  /// Nil for what is no page.
  init?(_ document: JSONValue, after previousID: Int64, records: Int) {
    guard let elements = Self.elements(document), elements.count <= records else { return nil }
    var previous = previousID
    for element in elements {
      guard case .object(let members) = element, let row = Self.row(members),
        let id = row[0].flatMap({ Int64($0) }),
        id > previous
      else { return nil }
      previous = id
      rows.append(row)
    }
  }

  /// The array, or the one array among the members of an object.
  private static func elements(_ document: JSONValue) -> [JSONValue]? {
    if case .array(let elements) = document { return elements }
    guard case .object(let members) = document else { return nil }
    let arrays = members.compactMap { member -> [JSONValue]? in
      if case .array(let elements) = member.value { elements } else { nil }
    }
    return arrays.count == 1 ? arrays[0] : nil
  }

  private static func row(_ members: [JSONMember]) -> [String?]? {
    var row: [String?] = []
    for (index, name) in names.enumerated() {
      let values = members.filter { $0.name.utf8.elementsEqual(name.utf8) }.map(\.value)
      guard values.count == 1 else { return nil }
      switch values[0] {
      case .number(let text) where index == 0 && text.allSatisfy({ "0123456789".contains($0) }):
        row.append(text)
      case .string(let text) where index > 0: row.append(text)
      case .null where index > 0: row.append(nil)
      default: return nil
      }
    }
    return row
  }

  /// The rows as PostgreSQL would write them in CSV.
  static func csv(_ rows: [[String?]], lineEnd: String) -> String {
    rows.map { row in row.map { $0.map(field) ?? "" }.joined(separator: ",") + lineEnd }.joined()
  }

  private static func field(_ text: String) -> String {
    let needsQuotes = text.isEmpty || text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
    if !needsQuotes { return text }
    let bytes = text.utf8.flatMap { $0 == UInt8(ascii: "\"") ? [$0, $0] : [$0] }
    return "\"\(String(decoding: bytes, as: UTF8.self))\""
  }
}
