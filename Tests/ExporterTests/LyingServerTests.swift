import Customers
import EventLoop
import TestSupport
import Testing

@testable import Exporter

/// A server that answers 200 with what is no page: each lie ends the export with an error that names the page and the
/// reason, and what was there before stays and is gone on with.
@Suite struct LyingServerTests {
  struct Lie: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What the error says.
    let reason: String
    let answer: ScriptedServer.Answer

    init(_ name: String, _ reason: String, _ answer: ScriptedServer.Answer) {
      testDescription = name
      self.reason = reason
      self.answer = answer
    }

    init(_ name: String, _ reason: String, body: String) {
      self.init(name, reason, .response("200 OK", body))
    }
  }

  private static let page: Int64 = 500
  private static let good = (501...510 as ClosedRange<Int64>).map { SimulatedRow(id: $0).json }

  private static func rows(_ rows: [String]) -> String { "[\(rows.joined(separator: ","))]" }

  private static func raw(_ length: Int, _ body: String) -> [UInt8] {
    Array("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n\(body)".utf8)
  }

  static let lies: [Lie] = [
    Lie("nothing", "not JSON: EMPTY", body: ""),
    Lie("no JSON", "not JSON", body: "hello"),
    Lie(
      "an HTML error page", "begins with <html><body>Bad Gateway",
      body: "<html><body>Bad Gateway</body></html>"),
    Lie("control characters in a page of text", "begins with a b", body: "a\u{1B}b"),
    Lie("two documents", "not JSON", body: "[][]"),
    Lie("a byte order mark", "not JSON", body: "\u{FEFF}[]"),
    Lie("no UTF-8", "UTF8_ERROR", .response("200 OK", Array("[\"".utf8) + [0xFF] + Array("\"]".utf8))),
    Lie("no array", "no array of rows", body: #"{"message":"try later"}"#),
    Lie("null", "no array of rows", body: "null"),
    Lie("two arrays", "more than one array", body: #"{"a":[],"b":[]}"#),
    Lie("rows that are none", "row 0 of the page is no object", body: "[1]"),
    Lie(
      "a missing column", "row 1 of the page has no work_phone",
      body: rows([
        good[0], good[1].replacing("\"work_phone\"", with: "\"phone\""),
      ])),
    Lie(
      "a column twice", "row 0 of the page has email twice",
      body: rows([
        good[0].replacing("{\"customer_id\"", with: "{\"email\":null,\"customer_id\"")
      ])),
    Lie(
      "a nested value", "home_city in row 0 of the page is not a single value",
      body: rows([
        SimulatedRow.json(501, #""home_city":["x"]"#)
      ])),
    Lie(
      "a number for a text", "home_building_number in row 0 of the page is neither a text nor null",
      body: rows([
        SimulatedRow.json(501, #""home_building_number":12"#)
      ])),
    Lie(
      "a truth for a date", "date_of_birth in row 0 of the page is neither a text nor null",
      body: rows([
        SimulatedRow.json(501, #""date_of_birth":false"#)
      ])),
    Lie(
      "an id in quotes", "customer_id in row 0 of the page is no whole number",
      body: rows([
        good[0].replacing("\"customer_id\":501", with: "\"customer_id\":\"501\"")
      ])),
    Lie(
      "ids out of order", "customer_id 501 in row 1 of the page comes after 502",
      body: rows([good[1], good[0]])),
    Lie(
      "an id twice", "customer_id 502 in row 2 of the page comes after 502",
      body: rows([good[0], good[1], good[1]])),
    Lie(
      "the id that was asked behind", "customer_id 500 in row 0 of the page comes after 500",
      body: rows([
        SimulatedRow(id: 500).json, good[0],
      ])),
    Lie(
      "more rows than asked for", "more rows than the 50 that were asked for",
      body: rows(
        (501...551 as ClosedRange<Int64>).map { SimulatedRow(id: $0).json })),
    Lie("a page that ends too early", "not JSON", body: String(rows(good).dropLast(30))),
    Lie("a length that is too short", "not JSON", .sendAndClose(raw(100, rows(good)))),
  ]

  /// Runs against a server that lies about one page and is honest about the rest.
  private static func export(
    lying lie: ScriptedServer.Answer, _ setup: ExportTests.Setup = ExportTests.Setup(),
    _ check: @escaping @Sendable (ExportOutcome) -> Void
  ) async throws {
    let ids = Array(1...1000 as ClosedRange<Int64>)
    try await ExportTests.withAPI(ids) { loop, api, folder in
      api.interfere = { request in request.parameter("previous_id") == page ? lie : nil }
      check(try await ExportTests.export(loop, api.url, folder, setup))
      #expect(folder.names == ["customers.csv.part", "customers.csv.state"])
      // Rows before it are there, as many as had come by then, and no part of the lie.
      let kept = folder.text(folder.paths.part) ?? ""
      let isHonest = SimulatedRow.csv(Array(1...page)).hasPrefix(kept)
      #expect(isHonest)
      api.interfere = nil
      try await ExportTests.finish(loop, api, folder, ids)
    }
  }

  @Test(arguments: lies)
  func aLieIsAnErrorThatNamesThePageAndTheReason(_ lie: Lie) async throws {
    try await Self.export(lying: lie.answer) { outcome in
      guard case .failed(let message) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(message.hasPrefix("the page behind id 500 is not what was asked for: "))
      #expect(message.contains(lie.reason), "\(message)")
      #expect(!message.contains("\u{1B}"))
    }
  }

  /// What a broken connection explains as well is tried again, as long as patience lasts.
  @Test func aLengthThatIsTooLongIsGivenUp() async throws {
    var setup = ExportTests.Setup()
    setup.policy.patience = 50
    try await Self.export(lying: .sendAndClose(Self.raw(1_000_000, Self.rows(Self.good))), setup) { outcome in
      guard case .givenUp(let message) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(message.hasPrefix("the page behind id 500: given up: "))
      #expect(message.contains("CURLE_PARTIAL_FILE"), "\(message)")
    }
  }

  /// A connection that ends in the middle of an answer, at each of its bytes: the page is asked for again.
  @Test func anAnswerThatIsCutAnywhereIsAskedForAgain() async throws {
    let ids = Array(1...12 as ClosedRange<Int64>)
    let body = Self.rows(ids.map { SimulatedRow(id: $0).json })
    let whole =
      Array("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n".utf8)
      + Array("Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
    let head = whole.count - body.utf8.count
    let cuts = Array(0..<head + 20) + stride(from: head + 20, to: whole.count, by: 97) + [whole.count - 1]
    try await ExportTests.withAPI(ids) { loop, api, folder in
      for cut in cuts {
        let isCut = Locked(false)
        api.interfere = { _ in
          let isFirst = isCut.withLock { wasCut in
            defer { wasCut = true }
            return !wasCut
          }
          return isFirst ? .sendAndClose(Array(whole[..<cut])) : nil
        }
        let outcome = try await ExportTests.export(loop, api.url, folder)
        #expect(outcome == .finished, "cut at byte \(cut) of \(whole.count), the head has \(head)")
        let isExact = folder.text(folder.target) == SimulatedRow.csv(ids)
        #expect(isExact, "cut at byte \(cut)")
      }
    }
  }

  @Test func aRowThatIsTooLargeIsAnError() async throws {
    let row = SimulatedRow.json(501, "\"home_street\":\"\(String(repeating: "x", count: 9 << 20))\"")
    try await Self.export(lying: .response("200 OK", Self.rows([row]))) { outcome in
      // Asked for in ever smaller parts, down to the one row.
      guard case .failed(let message) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(message == "the page behind id 500: a single row is larger than 8388608 bytes")
    }
  }
}

extension SimulatedRow {
  /// A row of nulls with that id and one other member.
  static func json(_ id: Int64, _ member: String) -> String {
    let name = member.prefix { $0 != ":" }
    let members = Column.allCases.map { column in
      "\"\(column.name)\"" == name ? member : "\"\(column.name)\":\(column == .customerID ? "\(id)" : "null")"
    }
    return "{\(members.joined(separator: ","))}"
  }
}
