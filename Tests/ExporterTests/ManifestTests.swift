import Testing

@testable import Exporter

@Suite struct ManifestTests {
  private func manifest(_ kind: OutputKind) -> Manifest {
    Manifest(
      exporter: "1.2.3", source: "http://a/\"customers\"", started: "s", finished: "f", kind: kind,
      columns: ["a", "b"], rows: 2, firstID: 1, lastID: .max, nulls: [0, 1], bytes: 12, sha256: "00")
  }

  @Test(arguments: OutputFixture.kinds)
  func whatIsWrittenIsReadBack(_ kind: OutputKind) throws {
    var manifest = manifest(kind)
    #expect(try Manifest(manifest.text) == manifest)
    (manifest.rows, manifest.firstID, manifest.lastID) = (0, nil, nil)
    #expect(try Manifest(manifest.text) == manifest)
  }

  @Test func everyFieldIsNeededAndChecked() {
    let text = manifest(.csv(CSVFormat())).text
    let lines = text.split(separator: "\n")
    for line in lines where line.hasPrefix("  \"") {
      let name = line.split(separator: "\"")[1]
      let without = text.replacing("\"\(name)\":", with: "\"x\":", maxReplacements: 1)
      #expect(throws: ManifestError.self, "\(name)") { try Manifest(without) }
    }
    for (old, new) in [
      ("\"rows\": 2", "\"rows\": \"2\""), ("\"rows\": 2", "\"rows\": -2"), ("\"rows\": 2", "\"rows\": 2.5"),
      ("\"csv\"", "\"xml\""), ("\"lf\"", "\"cr\""), ("false", "0"), ("\"00\"", "null"), ("{", "[{"),
    ] {
      #expect(throws: ManifestError.self, "\(new)") {
        try Manifest(text.replacing(old, with: new, maxReplacements: 1))
      }
    }
  }

  /// Killed between the two names: the next run gives the manifest its own.
  @Test(arguments: OutputFixture.kinds)
  func aManifestThatWasLeftAsideIsCompleted(_ kind: OutputKind) throws {
    let fixture = try OutputFixture(kind)
    try fixture.export([1, 2, 3])
    let text = try #require(fixture.folder.text(fixture.paths.manifest))
    fixture.folder.remove(fixture.paths.manifest)
    fixture.folder.put(text, fixture.paths.nextManifest)
    #expect(FileAudit(try FileToVerify(fixture.paths.target)).findings == [], "it counts already")
    let opened = try fixture.open()
    #expect(fixture.folder.text(fixture.paths.manifest) == text)
    opened.output.discard()
    #expect(fixture.names == ["", ".manifest.json"])
  }

  /// Killed before the file had its name: what lies aside tells of no file that is there.
  @Test func aManifestOfAFileThatIsNotThereGoes() throws {
    let fixture = try OutputFixture(.csv(CSVFormat()))
    try fixture.export([1, 2, 3])
    let old = try #require(fixture.folder.text(fixture.paths.manifest))
    let other = old.replacing("\"bytes\": ", with: "\"bytes\": 1")
    fixture.folder.put(other, fixture.paths.nextManifest)
    let opened = try fixture.open()
    #expect(fixture.folder.text(fixture.paths.manifest) == old)
    opened.output.discard()
    #expect(fixture.names == ["", ".manifest.json"])
    // Without a file of that name too.
    fixture.folder.remove(fixture.paths.target)
    fixture.folder.remove(fixture.paths.manifest)
    fixture.folder.put(old, fixture.paths.nextManifest)
    try fixture.open().output.discard()
    #expect(fixture.names == [])
  }

  /// The manifest of an earlier export goes before the file does that it tells of.
  @Test func theNextExportReplacesBoth() throws {
    let fixture = try OutputFixture(.csv(CSVFormat()))
    try fixture.export([1, 2, 3])
    let opened = try fixture.open()
    try fixture.write([4, 5], to: opened)
    #expect(fixture.manifest?.rows == 3, "as long as the older file is there, so is its manifest")
    try opened.output.finish()
    #expect(fixture.manifest?.rows == 2)
    #expect(fixture.names == ["", ".manifest.json"])
  }

  @Test func timesAreInUTC() {
    #expect(utcText(0) == "1970-01-01T00:00:00.000Z")
    #expect(utcText(1_795_258_445_007) == "2026-11-21T10:54:05.007Z")
  }
}
