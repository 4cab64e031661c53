import Options
import Testing

@testable import Exporter

@Suite struct ExportSettingsTests {
  private func settings(_ arguments: [String], _ environment: Environment = ["ROSTER_API_KEY": "k"]) throws
    -> ExportSettings
  {
    try ExportSettings(try ExporterOptions.program.parse(arguments, environment: environment))
  }

  @Test func theShortFormIsEnough() throws {
    let settings = try settings(["--out", "customers.csv"])
    #expect(settings.fetch.endpoint == Endpoint(url: "http://127.0.0.1:5000/customers", key: "k"))
    #expect(settings.fetch.concurrency == 8)
    #expect(settings.fetch.records == 1000)
    #expect(settings.kind == .csv(CSVFormat()))
    #expect(settings.start == .goOn)
  }

  @Test(arguments: [
    ("http://h", "http://h/customers"), ("http://h/", "http://h/customers"),
    ("HTTPS://H.example:8080//", "https://h.example:8080/customers"),
    ("http://h/api/v1", "http://h/api/v1/customers"), ("http://h/customers/", "http://h/customers"),
    ("http://[::1]:5000", "http://[::1]:5000/customers"),
  ])
  func addressesAreCompleted(_ given: String, _ url: String) throws {
    #expect(try settings(["--out", "c.csv", "--url", given]).fetch.endpoint.url == url)
  }

  @Test(arguments: [
    "h", "ftp://h", "http://", "http:///x", "http://:5000", "http://user:password@h/", "http://h?x=1",
    "http://h/#x",
    "http://h/ x",
  ])
  func otherAddressesAreRefusedWithoutQuotingThem(_ url: String) {
    let error = #expect(throws: UsageError.self) { try settings(["--out", "c.csv", "--url", url]) }
    #expect(error?.description.hasPrefix("--url: ") == true)
    #expect(error?.description.contains("password") == false)
  }

  @Test(arguments: [
    [], ["--out", "/dev/null"], ["--out", "/"], ["--out", "c.txt"], ["--out", "c.gz"], ["--out", "c"],
    ["--out", "-", "--format", "sqlite"], ["--out", "-", "--restart"], ["--out", "-", "--update"],
    ["--out", "c.csv", "--update", "--restart"], ["--out", "-", "--format", "xml"],
    ["--out", "c.ndjson", "--eol", "crlf"], ["--out", "c.sqlite", "--bom"],
    ["--out", "-", "--format", "ndjson", "--bom"],
    ["--out", "x/"], ["--out", "c.csv", "--records", "1001"], ["--out", "c.csv", "--concurrency", "0"],
    ["--out", "c.csv", "--key", "a b"], ["--out", "c.csv", "--key-file", "/nowhere"],
    ["--out", "c.csv", "--key", "a", "--key-file", "b"], ["c.csv"],
  ])
  func mistakesAreUsageErrors(_ arguments: [String]) {
    #expect(throws: UsageError.self) { try settings(arguments) }
  }

  @Test func theNameTellsTheKindUnlessTheFormatDoes() throws {
    let crlf = CSVFormat(lineEnd: .crlf, byteOrderMark: true)
    for (arguments, kind) in [
      (["--out", "c.csv"], .csv(CSVFormat())), (["--out", "c.csv.gz"], .gzip(CSVFormat())),
      (["--out", "c.ndjson"], .ndjson), (["--out", "c.sqlite"], .sqlite),
      (["--out", "-"], .csv(CSVFormat())),
      (["--out", "-", "--format", "csv.gz"], .gzip(CSVFormat())),
      (["--out", "-", "--format", "ndjson"], .ndjson),
      (["--out", "c.txt", "--format", "sqlite"], .sqlite),
      (["--out", "c.csv.gz", "--eol", "crlf", "--bom"], .gzip(crlf)),
      (["--out", "c.ndjson", "--eol", "lf", "--bom=false"], .ndjson),
    ] as [([String], OutputKind)] {
      #expect(try settings(arguments).kind == kind, "\(arguments)")
    }
    // What is set for all exports does not keep one from being done that it has no meaning for.
    let environment: Environment = ["ROSTER_API_KEY": "k", "ROSTER_EOL": "crlf", "ROSTER_BOM": "true"]
    #expect(try settings(["--out", "c.ndjson"], environment).kind == .ndjson)
    #expect(try settings(["--out", "c.csv"], environment).kind == .csv(crlf))
  }

  @Test func verifyAsksTheServerOnlyWhereOneIsGiven() throws {
    func verify(_ arguments: [String], _ environment: Environment = [:]) throws -> VerifySettings {
      try VerifySettings(
        try ExporterOptions.program.parse(["verify"] + arguments, environment: environment))
    }
    #expect(try verify(["c.csv"]).fetch == nil)
    #expect(try verify(["c.csv"]).path == "c.csv")
    let withServer = try verify(["c.csv", "--url", "http://h", "--key", "k"])
    #expect(withServer.fetch?.endpoint == Endpoint(url: "http://h/customers", key: "k"))
    for wrong in [
      [], ["a", "b"], ["c.csv", "--key", "k"], ["c.csv", "--url", "h"], ["c.csv", "--out", "x"],
    ] {
      #expect(throws: UsageError.self) { try verify(wrong) }
    }
    #expect(throws: UsageError.self, "a key is needed") { try verify(["c.csv", "--url", "http://h"]) }
  }

  @Test func aKeyIsNeededAndMayComeFromAFile() throws {
    let error = #expect(throws: UsageError.self) { try settings(["--out", "c.csv"], [:]) }
    #expect(error?.description.contains("--key-file") == true)
    let folder = try TemporaryFolder()
    folder.put("# the key of the export\n\n  sesame \r\nother\n", folder.path + "/key")
    let arguments = ["--out", "c.csv", "--key-file", folder.path + "/key"]
    #expect(try settings(arguments).fetch.endpoint.key == "sesame")
    folder.put("\n", folder.path + "/key")
    #expect(throws: UsageError.self) { try settings(arguments) }
  }

  @Test func argumentsTravelAsAsked() throws {
    let page = Plan.Request(id: 1, previousID: 9_223_372_036_854_775_806, records: 7)
    var endpoint = Endpoint(url: "http://h/customers", key: "k")
    let query = endpoint.request(page, maximumBytes: 5)
    #expect(query.url == "http://h/customers?previous_id=9223372036854775806&records=7")
    #expect(query.body == [])
    #expect(query.headers.map(\.name) == ["X-CUTSOM-AUTH"])
    endpoint.arguments = .form
    let form = endpoint.request(page, maximumBytes: 5)
    #expect(form.url == "http://h/customers")
    #expect(String(decoding: form.body, as: UTF8.self) == "previous_id=9223372036854775806&records=7")
    endpoint.arguments = .json
    let json = endpoint.request(page, maximumBytes: 5)
    #expect(String(decoding: json.body, as: UTF8.self) == #"{"previous_id":9223372036854775806,"records":7}"#)
    #expect(json.headers.map(\.value) == ["k", "application/json"])
  }
}
