import EventLoop
import Progress
import TestSupport
import Testing

@testable import Exporter

/// What `verify` finds in files that were damaged in all kinds of ways, and at servers that have other rows.
@Suite struct VerifyTests {
  static let ids = Array(1...1200 as ClosedRange<Int64>)

  private func fixture(_ kind: OutputKind, _ ids: [Int64] = ids) throws -> OutputFixture {
    let fixture = try OutputFixture(kind)
    try fixture.export(ids)
    return fixture
  }

  private func findings(_ fixture: OutputFixture) throws -> [String] {
    FileAudit(try FileToVerify(fixture.paths.target)).findings.map(\.description)
  }

  @Test(arguments: OutputFixture.kinds)
  func aFileThatIsInOrderHasNoFindings(_ kind: OutputKind) throws {
    #expect(try findings(fixture(kind)) == [])
    #expect(try findings(fixture(kind, [])) == [])
    #expect(try findings(fixture(kind, [.max])) == [])
  }

  /// Any byte anywhere.
  @Test(arguments: OutputFixture.kinds)
  func aFlippedByteIsFound(_ kind: OutputKind) throws {
    let fixture = try fixture(kind)
    let bytes = try #require(fixture.folder.bytes(fixture.paths.target))
    for place in [0, 1, bytes.count - 1] + stride(from: 2, to: bytes.count, by: bytes.count / 10) {
      var damaged = bytes
      damaged[place] ^= 0x04
      fixture.folder.put(damaged, fixture.paths.target)
      let found = try findings(fixture)
      #expect(found.contains { $0.hasPrefix("sha256: ") }, "byte \(place): \(found)")
    }
  }

  @Test(arguments: OutputFixture.kinds)
  func aFileThatIsCutOrLongerIsFound(_ kind: OutputKind) throws {
    let fixture = try fixture(kind)
    let bytes = try #require(fixture.folder.bytes(fixture.paths.target))
    for damaged in [Array(bytes.dropLast(100)), bytes + [0x0A], [], Array(bytes.prefix(10))] {
      fixture.folder.put(damaged, fixture.paths.target)
      let found = try findings(fixture)
      #expect(
        found.contains("bytes: \(damaged.count) in the file, \(bytes.count) in the manifest"), "\(found)")
    }
  }

  /// Rows that are missing, too many, swapped or changed, in a text file whose manifest is made to fit its bytes:
  /// then only the rows themselves can tell.
  @Test func rowsThatAreNotWhatTheyWereAreFound() throws {
    let rows = Self.ids.map { SimulatedRow(id: $0).csv }
    for (rows, expected) in [
      (rows.filter { $0 != rows[499] }, ["rows: 1199 in the file, 1200 in the manifest"]),
      (rows + [SimulatedRow(id: 1201).csv], ["rows: 1201 in the file", "last_id: 1201 in the file, 1200"]),
      (Array(rows.dropFirst()), ["rows: 1199 in the file", "first_id: 2 in the file, 1 in the manifest"]),
      (swapped(rows, 99, 100), ["order: customer_id 100 comes after 101, at byte "]),
      (rows[..<5] + [rows[4]] + rows[5...], ["order: customer_id 5 comes after 5", "rows: 1201"]),
      (rows[..<5] + ["x\n"] + rows[5...], ["row: what stands at byte "]),
      (rows.dropLast() + [String(rows[1199].dropLast())], ["row: the file ends within the row at byte "]),
      // Customer 2 has no last name.
      (
        rows.map { $0.hasPrefix("23,") ? "23" + String(repeating: ",", count: 18) + "\n" : $0 }, ["nulls of "]
      ),
    ] as [([String], [String])] {
      let fixture = try fixture(.csv(CSVFormat()))
      let text = csvHeaderText + rows.joined()
      fixture.folder.put(text, fixture.paths.target)
      var manifest = try #require(fixture.manifest)
      manifest.bytes = Int64(text.utf8.count)
      manifest.sha256 = try Descriptor(fixture.paths.target, 0).sha256().finish().hex
      fixture.folder.put(manifest.text, fixture.paths.manifest)
      let found = try findings(fixture)
      for line in expected { #expect(found.contains { $0.hasPrefix(line) }, "\(line): \(found)") }
    }
  }

  private var csvHeaderText: String { CSVFormat.columnNames + "\n" }

  private func swapped(_ rows: [String], _ one: Int, _ other: Int) -> [String] {
    var rows = rows
    rows.swapAt(one, other)
    return rows
  }

  @Test func aManifestThatWasEditedIsFound() throws {
    let fixture = try fixture(.ndjson)
    let text = try #require(fixture.folder.text(fixture.paths.manifest))
    for (old, new, name) in [
      ("\"rows\": 1200", "\"rows\": 1201", "rows"), ("\"first_id\": 1,", "\"first_id\": 2,", "first_id"),
      ("\"last_id\": 1200", "\"last_id\": 1199", "last_id"), ("\"bytes\": ", "\"bytes\": 1", "bytes"),
      ("\"sha256\": \"", "\"sha256\": \"0", "sha256"), ("\"email\": ", "\"email\": 1", "nulls of email"),
      ("\"first_name\", ", "", "columns"), ("\"format\": \"ndjson\"", "\"format\": \"x\"", "manifest"),
      ("\"rows\"", "\"row\"", "manifest"),
    ] {
      #expect(text.contains(old))
      fixture.folder.put(text.replacing(old, with: new), fixture.paths.manifest)
      let found = try findings(fixture)
      #expect(found.contains { $0.hasPrefix("\(name): ") }, "\(new): \(found)")
    }
    fixture.folder.remove(fixture.paths.manifest)
    #expect(try findings(fixture) == ["manifest: \(fixture.paths.manifest) is not there"])
  }

  @Test func aFormatThatIsNotTheFilesIsFound() throws {
    let fixture = try fixture(.csv(CSVFormat()))
    for kind in [OutputKind.ndjson, .gzip(CSVFormat()), .sqlite, .csv(CSVFormat(lineEnd: .crlf))] {
      var manifest = try #require(fixture.manifest)
      manifest.kind = kind
      let other = try OutputFixture(.csv(CSVFormat()))
      other.folder.put(try #require(fixture.folder.bytes(fixture.paths.target)), other.paths.target)
      other.folder.put(manifest.text, other.paths.manifest)
      let found = try findings(other)
      #expect(
        found.contains { $0.hasPrefix("unreadable: ") || $0.hasPrefix("header: ") || $0.hasPrefix("row: ") })
    }
  }

  @Test func onlyTheFirstOfManyFindingsAreListed() throws {
    let fixture = try fixture(.csv(CSVFormat()))
    let rows = Self.ids.reversed().map { SimulatedRow(id: $0).csv }
    fixture.folder.put(csvHeaderText + rows.joined(), fixture.paths.target)
    let found = try findings(fixture)
    #expect(found.count { $0.hasPrefix("order: ") } == RowFindings.limit)
    #expect(found.contains("… and 1179 more like these"))
  }

  // MARK: Against a server

  private static func compare(
    _ fixture: OutputFixture, with ids: [Int64], rename: (@Sendable (String) -> String)? = nil
  ) async throws -> [String] {
    let lines = ExportTests.Box<[String]>([])
    try await ExportTests.withAPI(ids) { loop, api, _ in
      if let rename { api.change = rename }
      let options = try ExporterOptions.program.parse([
        "verify", fixture.paths.target, "--url", api.url, "--key", SimulatedAPI.key, "--records", "70",
      ])
      let settings = try VerifySettings(options)
      let comparison = ServerComparison(
        file: try FileToVerify(fixture.paths.target), fetch: try #require(settings.fetch), loop: loop,
        display: ProgressDisplay(ProgressMeter(now: loop.now), isDrawn: false))
      let (outcome, findings) = try await comparison.run(until: AsyncStream { _ in })
      #expect(outcome == .finished)
      lines.value = findings.all.map(\.description)
    }
    return lines.value
  }

  @Test(arguments: OutputFixture.kinds)
  func aServerWithTheSameRowsHasNoDifference(_ kind: OutputKind) async throws {
    #expect(try await Self.compare(fixture(kind), with: Self.ids) == [])
    #expect(try await Self.compare(fixture(kind, []), with: []) == [])
  }

  @Test(arguments: OutputFixture.kinds)
  func differencesAreNamed(_ kind: OutputKind) async throws {
    let fixture = try fixture(kind)
    let others = [0, 600, 1201, .max].map { Int64($0) }
    let server = Self.ids.filter { ![1, 500, 501, 1200].contains($0) } + others.filter { $0 > 1200 }
    #expect(
      try await Self.compare(fixture, with: server) == [
        "customer 1: not at the server", "customer 500: not at the server", "customer 501: not at the server",
        "customer 1200: not at the server", "customer 1201: missing in the file",
        "customer \(Int64.max): missing in the file",
      ])
    let changed = try await Self.compare(fixture, with: Self.ids) { row in
      guard row.hasPrefix("{\"customer_id\":77,") || row.hasPrefix("{\"customer_id\":78,") else { return row }
      return row.replacing(#/"(email|work_phone)":("(\\.|[^"\\])*"|null)/#) { "\"\($0.1)\":\"other, \\\"é\"" }
    }
    #expect(
      changed == [
        "customer 77: email, work_phone at the server is different",
        "customer 78: email, work_phone at the server is different",
      ])
  }

  @Test func aServerWithoutTheFilesRowsIsNotHeldInMemory() async throws {
    let found = try await Self.compare(fixture(.csv(CSVFormat())), with: [])
    #expect(found.count == RowFindings.limit + 1)
    #expect(found.last == "… and 1180 more like these")
  }
}
