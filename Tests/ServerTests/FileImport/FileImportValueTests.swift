import HTTP
import Intake
import Testing

@testable import Server

/// The parts of an import that are values.
@Suite struct FileImportValueTests {
  @Test(arguments: [
    ("text/csv", Intake.Format.csv), ("TEXT/CSV ; charset = \"UTF-8\"", .csv),
    ("text/csv; header=present;", .csv), ("text/csv;charset=us-ascii", .csv),
    ("application/x-ndjson", .ndjson), ("application/jsonl; charset=utf-8", .ndjson),
  ])
  func types(_ text: String, _ format: Intake.Format) throws {
    #expect(try FileImportArguments.format(text) == format)
  }

  @Test(arguments: [
    nil, "", "text/plain", "text/csv+x", "application/json", "text/csv; charset=utf-16", "text/csv;charset",
    "text/csv; header=absent", "text/*",
  ])
  func otherTypes(_ text: String?) {
    let problem = #expect(throws: Problem.self) { try FileImportArguments.format(text) }
    #expect(problem?.status == .unsupportedMediaType)
  }

  @Test func codings() throws {
    for text in [nil, "", "identity", " Identity "] { #expect(try !FileImportArguments.isGzip(text)) }
    for text in ["gzip", "X-GZIP", " gzip"] { #expect(try FileImportArguments.isGzip(text)) }
    for text in ["br", "gzip, gzip", "deflate"] {
      #expect(throws: Problem.self) { try FileImportArguments.isGzip(text) }
    }
  }

  @Test func aReportIsBounded() {
    var report = FileImportReport()
    for line in 1...500 { report.reject(RowFault(line: line * 2, reason: "bad")) }
    #expect(report.errors.count == 100 && report.unlisted == 400)
    report.add(Clashes(count: 3, first: [3, 5, 5000].map { RowFault(line: $0, reason: "taken") }))
    #expect(report.rejected == 503 && report.clashes == 3 && report.unlisted == 403)
    #expect(report.errors.prefix(4).map(\.line) == [2, 3, 4, 5])
    #expect(report.errors.count == 100)
  }

  @Test func idsAreKnownByTheirBounds() {
    var ids = GivenIDs()
    for id: Int64 in [5, 7, 900] { ids.note(id) }
    #expect(ids.count == 3 && ids.lowest == 5 && ids.highest == 900 && ids.isAscending)
    ids.note(900)
    #expect(!ids.isAscending)
  }

  @Test func theGateCounts() throws {
    let gate = FileImportGate(limit: 2)
    try gate.enter()
    try gate.enter()
    let problem = #expect(throws: Problem.self) { try gate.enter() }
    #expect(problem?.status == .serviceUnavailable)
    #expect(problem?.headers == [Header("Retry-After", "5")])
    gate.leave()
    try gate.enter()
  }

  // MARK: Scripts

  @Test func filesAreNamedInTheOrderOfTheirIDs() {
    #expect(DataFiles.name(7, of: 12) == "customers-0007.csv")
    #expect(DataFiles.name(7, of: 123_456) == "customers-000007.csv")
    #expect(DataFiles.kind(of: "a.csv")?.type == "text/csv; charset=utf-8")
    #expect(DataFiles.kind(of: "a.ndjson.gz")?.isGzip == true)
    #expect(DataFiles.kind(of: "a.sqlite") == nil && DataFiles.kind(of: "a.gz") == nil)
  }

  @Test func answersAreReadForATerminal() {
    func read(_ text: String) -> UploadAnswer { Array(text.utf8).withUnsafeBytes { UploadAnswer($0) } }
    let answer = read(
      """
      {"detail":"no","inserted":3,"rejected":120,"errors_not_listed":118,"errors":[
        {"line":7,"column":"email","reason":"bad\\u001b[31m"},{"line":9,"reason":"worse"},5]}
      """)
    #expect(answer.inserted == 3 && answer.rejected == 120 && answer.unlisted == 118)
    #expect(answer.detail == "no")
    #expect(answer.errors == ["line 7: email: bad [31m", "line 9: worse", ""])
    #expect(read("<html>") == read(""))
  }
}
