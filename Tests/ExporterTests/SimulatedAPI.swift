import Bytes
import Customers
import EventLoop
import TestSupport

@testable import Exporter

/// The contract of `POST /customers`, spoken by a server in this process: rows made from their ids, texts as nasty as a table can hold,
/// and a count of what was given out.
/// SAFETY: `@unchecked Sendable` since it is used on its loop's thread alone.
final class SimulatedAPI: @unchecked Sendable {
  static let key = "sesame"
  /// May grow.
  var table: SimulatedTable
  /// Rows given out.
  private(set) var given = 0
  /// Requests that were answered with a page.
  private(set) var pages = 0
  /// The highest `previous_id` that was answered with a page.
  private(set) var highestQuestion: Int64 = 0
  /// Called before each answer; what it returns is sent instead.
  var interfere: (@Sendable (ScriptedServer.Request) async -> ScriptedServer.Answer?)?
  /// Changes the rows on their way out.
  var change: (@Sendable (String) -> String)?
  private var server: ScriptedServer?

  init(_ loop: Loop, _ table: SimulatedTable) async throws {
    self.table = table
    // SAFETY (unowned): `close` ends the server before this object goes.
    server = try await ScriptedServer(loop) { [unowned self] request in await answer(request) }
  }

  var url: String { server?.url ?? "" }
  var connections: Int { server?.connections ?? 0 }

  func close() { server?.close() }
  func dropConnections() { server?.dropConnections() }

  private func answer(_ request: ScriptedServer.Request) async -> ScriptedServer.Answer {
    if let instead = await interfere?(request) { return instead }
    guard request.head.contains("\r\nX-CUTSOM-AUTH: \(Self.key)") else {
      return .response("401 Unauthorized")
    }
    guard request.head.hasPrefix("POST /customers?"), let previousID = request.parameter("previous_id"),
      let records = request.parameter("records"), (1...1000).contains(records)
    else { return .response("400 Bad Request", "what?") }
    let ids = table.page(after: previousID, records: Int(records))
    given += ids.count
    pages += 1
    highestQuestion = max(highestQuestion, previousID)
    let rows = ids.map { change?(SimulatedRow(id: $0).json) ?? SimulatedRow(id: $0).json }
    return .response("200 OK", "[\(rows.joined(separator: ","))]")
  }
}

/// A customer made from an id.
struct SimulatedRow {
  let id: Int64

  private static let texts: [String?] = [
    nil, "", "plain", "two words", "a,b", "say \"hi\"", "\"", "\r", "\n", "\r\n", "\\.", "\n\\.\n", " x ",
    "\t",
    "\u{1}\u{1f}", "\u{7f}", "\u{2028}", "é", "日本語", "😀", "o'c", "\\", "null",
  ]

  private func text(_ column: Int) -> String? {
    let text = Self.texts[
      Int((UInt64(bitPattern: id) &* 31 &+ UInt64(column * column)) % UInt64(Self.texts.count))]
    return column == 10 && id % 97 == 0 ? String(repeating: text ?? "-", count: 1000) : text
  }

  var json: String {
    let members = Column.allCases.map { column -> String in
      let value = column == .customerID ? "\(id)" : text(column.rawValue).map(quoted) ?? "null"
      return "\"\(column.name)\":\(value)"
    }
    return "{\(members.joined(separator: ","))}"
  }

  /// The values alone, in table order.
  var jsonArray: String {
    let values = Column.allCases.map { column in
      column == .customerID ? "\(id)" : text(column.rawValue).map(quoted) ?? "null"
    }
    return "[\(values.joined(separator: ","))]"
  }

  private func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case ..<" ": out += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }

  /// What PostgreSQL writes.
  var csv: String {
    let fields = Column.allCases.map { column -> String in
      guard column != .customerID else { return "\(id)" }
      guard let text = text(column.rawValue) else { return "" }
      let needsQuotes = text.isEmpty || text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
      return needsQuotes
        ? "\"\(text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
        : text
    }
    return fields.joined(separator: ",") + "\n"
  }

  /// What our server writes, and the exporter as a line.
  var line: String { json + "\n" }

  /// Nulls of each column among these customers.
  static func nulls(_ ids: [Int64]) -> [Int64] {
    Column.allCases.map { column in
      Int64(ids.count { column != .customerID && SimulatedRow(id: $0).text(column.rawValue) == nil })
    }
  }

  /// A whole file.
  static func csv(_ ids: [Int64]) -> String {
    csvHeader + ids.map { SimulatedRow(id: $0).csv }.joined()
  }
}
