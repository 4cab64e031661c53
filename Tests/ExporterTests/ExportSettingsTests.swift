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
    #expect(settings.endpoint == Endpoint(url: "http://127.0.0.1:5000/customers", key: "k"))
    #expect(settings.concurrency == 8)
    #expect(settings.records == 1000)
    #expect(settings.format.signature == "csv,lf")
    #expect(!settings.restart)
  }

  @Test(arguments: [
    ("http://h", "http://h/customers"), ("http://h/", "http://h/customers"),
    ("HTTPS://H.example:8080//", "https://h.example:8080/customers"),
    ("http://h/api/v1", "http://h/api/v1/customers"), ("http://h/customers/", "http://h/customers"),
    ("http://[::1]:5000", "http://[::1]:5000/customers"),
  ])
  func addressesAreCompleted(_ given: String, _ url: String) throws {
    #expect(try settings(["--out", "c.csv", "--url", given]).endpoint.url == url)
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
    [], ["--out", "-"], ["--out", "c.csv.gz"], ["--out", "c.ndjson"], ["--out", "/dev/null"], ["--out", "/"],
    ["--out", "x/"], ["--out", "c.csv", "--records", "1001"], ["--out", "c.csv", "--concurrency", "0"],
    ["--out", "c.csv", "--key", "a b"], ["--out", "c.csv", "--key-file", "/nowhere"],
    ["--out", "c.csv", "--key", "a", "--key-file", "b"], ["c.csv"],
  ])
  func mistakesAreUsageErrors(_ arguments: [String]) {
    #expect(throws: UsageError.self) { try settings(arguments) }
  }

  @Test func aKeyIsNeededAndMayComeFromAFile() throws {
    let error = #expect(throws: UsageError.self) { try settings(["--out", "c.csv"], [:]) }
    #expect(error?.description.contains("--key-file") == true)
    let folder = try TemporaryFolder()
    folder.put("# the key of the export\n\n  sesame \r\nother\n", folder.path + "/key")
    let arguments = ["--out", "c.csv", "--key-file", folder.path + "/key"]
    #expect(try settings(arguments).endpoint.key == "sesame")
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
