import Bytes
import Customers
import JSON
import Testing

@testable import Exporter

@Suite struct PageConverterTests {
  private func convert(
    _ page: String, previousID: Int64 = 0, records: Int = 1000, upTo limit: Int64? = .max,
    format: CSVFormat = CSVFormat()
  ) throws -> (text: String, facts: PageFacts) {
    var converter = PageConverter(format: format)
    var output = ByteBuffer()
    output.append("before|")
    var nulls = NullCounts()
    var body = ByteBuffer()
    body.append(text: page)
    let request = Plan.Request(id: 1, previousID: previousID, records: records)
    do {
      let facts = try body.withMutableBytes { bytes throws(PageProblem) in
        try converter.convert(bytes, of: request, upTo: limit, into: &output, counting: &nulls)
      }
      return (String(output.text().dropFirst("before|".count)), facts)
    } catch {
      #expect(output.text() == "before|", "a page with a problem writes nothing")
      throw error
    }
  }

  private func page(_ ids: [Int64]) -> String {
    "[" + ids.map { SimulatedRow(id: $0).json }.joined(separator: ",") + "]"
  }

  @Test func rowsAreWhatPostgreSQLWrites() throws {
    let ids = Array(1...200 as ClosedRange<Int64>)
    let result = try convert(page(ids))
    #expect(result.text == ids.map { SimulatedRow(id: $0).csv }.joined())
    #expect(result.facts.rows == 200)
    #expect(result.facts.accepted == 200)
    #expect(result.facts.lastAccepted == 200)
    #expect(result.facts.firstBeyond == nil)
  }

  @Test func rowsBeyondTheLimitAreReadButNotWritten() throws {
    let result = try convert(page([5, 7, 9, 11]), upTo: 8)
    #expect(result.text == SimulatedRow(id: 5).csv + SimulatedRow(id: 7).csv)
    var facts = result.facts
    facts.bytes = 0
    #expect(
      facts == PageFacts(rows: 4, first: 5, last: 11, accepted: 2, lastAccepted: 7, firstBeyond: 9, bytes: 0))
    #expect(try convert(page([5]), upTo: nil).text == "")
  }

  @Test func theNullsOfTheRowsThatAreWrittenAreCounted() throws {
    var converter = PageConverter(format: CSVFormat())
    var output = ByteBuffer()
    var nulls = NullCounts()
    for (ids, limit) in [(Array(1...40), 40), (Array(41...60), 50)] as [([Int64], Int64)] {
      var body = ByteBuffer()
      body.append(text: page(ids))
      let request = Plan.Request(id: 1, previousID: ids[0] - 1, records: 100)
      _ = try body.withMutableBytes { bytes throws(PageProblem) in
        try converter.convert(bytes, of: request, upTo: limit, into: &output, counting: &nulls)
      }
    }
    #expect(nulls.array == SimulatedRow.nulls(Array(1...50)))
    #expect(nulls.array.contains { $0 > 0 })
  }

  @Test func lineEndsFollowTheFormatButNotInsideFields() throws {
    let row = SimulatedRow(id: 3).csv
    let result = try convert(page([3]), format: CSVFormat(lineEnd: .crlf))
    #expect(result.text == row.dropLast() + "\r\n")
    var header = ByteBuffer()
    CSVFormat(lineEnd: .crlf, byteOrderMark: true).appendHeader(to: &header)
    #expect(header.text() == "\u{FEFF}" + csvHeader.dropLast() + "\r\n")
    var plain = ByteBuffer()
    CSVFormat().appendHeader(to: &plain)
    #expect(plain.text() == csvHeader)
  }

  /// Every column but the id is a text, a date or a time, and JSON has those as strings.
  @Test(arguments: ["12.50", "0", "true", "false"], Column.allCases.dropFirst())
  func aValueThatIsNoTextIsAnError(_ value: String, _ column: Column) {
    let members = Column.allCases.map { other in
      "\"\(other.name)\":\(other == .customerID ? "7" : other == column ? value : "null")"
    }
    let problem = PageProblem.notText(column: "\(column.name)", row: 0)
    #expect(throws: problem) { try convert("[{\(members.joined(separator: ","))}]") }
    #expect("\(problem)".contains("\(column.name)"))
  }

  @Test(
    arguments: [
      ([3, 2], PageProblem.idsOutOfOrder(row: 1, id: 2, previous: 3)),
      ([3, 3], .idsOutOfOrder(row: 1, id: 3, previous: 3)),
      ([2, 1], .idsOutOfOrder(row: 0, id: 2, previous: 2)),
      ([3, 4, 5, 6], .tooManyRows(asked: 3)),
    ] as [([Int64], PageProblem)])
  func whatWasNotAskedForIsAnError(_ ids: [Int64], _ problem: PageProblem) {
    #expect(throws: problem) { try convert(page(ids), previousID: 2, records: 3) }
  }

  @Test(arguments: [
    "\"5\"", "5.0", "5e0", "-5", "null", "true", "9223372036854775808", "99999999999999999999",
  ])
  func anIDIsAWholeNumber(_ id: String) {
    let row = SimulatedRow(id: 1).json
    let page = "[" + row.replacing("\"customer_id\":1,", with: "\"customer_id\":\(id),") + "]"
    #expect(throws: PageProblem.idIsNoInteger(row: 0)) { try convert(page) }
  }

  @Test func theHighestIDIsRead() throws {
    #expect(try convert(page([.max])).facts.last == .max)
  }

  @Test func brokenPagesAreErrors() {
    let whole = page([1, 2])
    #expect(throws: PageProblem.self) { try convert(String(whole.dropLast())) }
    #expect(throws: PageProblem.self) { try convert(whole + "x") }
    #expect(throws: PageProblem.shape(.noArray)) { try convert("{\"message\":\"no\"}") }
    #expect(throws: PageProblem.shape(.missing(column: "work_phone", row: 0))) {
      try convert(page([1]).replacing("\"work_phone\"", with: "\"phone\""))
    }
  }
}
