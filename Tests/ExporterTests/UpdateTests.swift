import Foundation
import Glibc
import TestSupport
import Testing

@testable import Exporter

/// A finished file goes on from its last id: for all kinds, killed anywhere, and only if it is ours.
@Suite struct UpdateTests {
  static let old = Array(1...2345 as ClosedRange<Int64>)
  static let all = old + [9000, 9001, 10_000_000_000]

  /// Bytes of the file that one run gives.
  private static func undisturbed(_ kind: OutputKind, _ ids: [Int64]) throws -> [UInt8]? {
    let fixture = try OutputFixture(kind)
    try fixture.export(ids)
    return fixture.folder.bytes(fixture.paths.target)
  }

  @Test(arguments: OutputFixture.kinds)
  func anUpdatedFileIsWhatOneRunGives(_ kind: OutputKind) throws {
    let fixture = try OutputFixture(kind)
    try fixture.export(Self.old)
    let opened = try fixture.open(.update)
    #expect(opened.found.taken.rows == 2345)
    #expect(opened.found.taken.lastID == 2345)
    // Until all is there the old file is whole, with its manifest.
    try fixture.write(Self.all, to: opened)
    #expect(fixture.manifest?.lastID == 2345)
    #expect(try fixture.content() == fixture.expected(Self.old))
    try opened.output.finish()
    opened.output.release()
    #expect(fixture.names == ["", ".manifest.json"])
    #expect(fixture.manifest?.rows == 2348)
    #expect(fixture.manifest?.nulls == SimulatedRow.nulls(Self.all))
    let isExact = try fixture.content() == fixture.expected(Self.all)
    #expect(isExact)
    // A database's pages lie as they were written.
    if kind != .sqlite {
      let isSame = try fixture.folder.bytes(fixture.paths.target) == Self.undisturbed(kind, Self.all)
      #expect(isSame)
    }
  }

  @Test(arguments: OutputFixture.kinds)
  func whereThereIsNoFileAnUpdateBeginsOne(_ kind: OutputKind) throws {
    let fixture = try OutputFixture(kind)
    try fixture.export([], .update)
    try fixture.export([], .update)
    try fixture.export(Self.old, .update)
    let isExact = try fixture.content() == fixture.expected(Self.old)
    #expect(isExact)
  }

  /// An update that was killed goes on from what it had, with or without the word.
  @Test(arguments: OutputFixture.kinds, [ExportStart.update, .goOn])
  func anUpdateThatWasKilledGoesOn(_ kind: OutputKind, _ start: ExportStart) throws {
    let fixture = try OutputFixture(kind)
    try fixture.export(Self.old)
    var opened: OpenedOutput? = try fixture.open(.update)
    if let opened {
      try fixture.write(Self.all.dropLast(2), to: opened)
      opened.output.release()
    }
    opened = nil
    #expect(try fixture.content() == fixture.expected(Self.old))
    let again = try fixture.open(start)
    // A gzip member of less than a thousand rows is torn by what comes behind it.
    #expect(again.found.taken.lastID >= (kind.name == .gzip ? 2000 : 9000))
    again.output.release()
    try fixture.export(Self.all, start)
    let isExact = try fixture.content() == fixture.expected(Self.all)
    #expect(isExact)
  }

  /// A kill in the middle of the copy leaves rows without a state.
  @Test(arguments: OutputFixture.kinds)
  func aTornCopyIsMadeAgain(_ kind: OutputKind) throws {
    let fixture = try OutputFixture(kind)
    try fixture.export(Self.old)
    let bytes = try #require(fixture.folder.bytes(fixture.paths.target))
    fixture.folder.put(Array(bytes.prefix(bytes.count / 2)), fixture.paths.part)
    #expect(throws: OutputError.noState(path: fixture.paths.part)) { try fixture.open() }
    let opened = try fixture.open(.update)
    #expect(opened.found.taken.lastID == 2345)
    opened.output.release()
    try fixture.export(Self.all, .update)
    let isExact = try fixture.content() == fixture.expected(Self.all)
    #expect(isExact)
  }

  @Test func rowsThatAreNobodysAreNotOverwritten() throws {
    let fixture = try OutputFixture(.csv(CSVFormat()))
    fixture.folder.put("1,2\n", fixture.paths.part)
    #expect(throws: OutputError.noState(path: fixture.paths.part)) { try fixture.open(.update) }
    #expect(fixture.folder.text(fixture.paths.part) == "1,2\n")
  }

  @Test func anUnfinishedExportGoesOnAsAnUpdate() throws {
    let fixture = try OutputFixture(.csv(CSVFormat()))
    let opened = try fixture.open()
    try fixture.write(Self.old.prefix(10), to: opened)
    opened.output.release()
    let again = try fixture.open(.update)
    #expect(again.found.taken.rows == 10)
    again.output.release()
  }

  /// What is done to a finished file, and the word that the error has.
  static let strangers: [(String, String, @Sendable (OutputFixture) -> Void)] = [
    ("no manifest", "no manifest", { unlink($0.paths.manifest) }),
    ("a torn manifest", "damaged", { $0.folder.put("{", $0.paths.manifest) }),
    (
      "another byte", "not what its manifest says",
      { fixture in
        var bytes = fixture.folder.bytes(fixture.paths.target) ?? []
        bytes[bytes.count - 3] ^= 1
        fixture.folder.put(bytes, fixture.paths.target)
      }
    ),
    (
      "a row more", "not what its manifest says",
      { fixture in
        let bytes = fixture.folder.bytes(fixture.paths.target) ?? []
        fixture.folder.put(bytes + Array(SimulatedRow(id: 99_999).csv.utf8), fixture.paths.target)
      }
    ),
    (
      "another address", "--url http://a/customers, not http://b/customers",
      { fixture in
        let text = fixture.folder.text(fixture.paths.manifest) ?? ""
        fixture.folder.put(text, fixture.paths.manifest)
      }
    ),
    (
      "consistent rows", "the format csv,lf,consistent, not csv,lf",
      { fixture in
        let text = fixture.folder.text(fixture.paths.manifest) ?? ""
        fixture.folder.put(
          text.replacing("\"consistent\": false", with: "\"consistent\": true"), fixture.paths.manifest)
      }
    ),
    (
      "other columns", "the columns",
      { fixture in
        let text = fixture.folder.text(fixture.paths.manifest) ?? ""
        fixture.folder.put(text.replacing("work_phone", with: "phone"), fixture.paths.manifest)
      }
    ),
    (
      "another form", "the format csv,crlf, not csv,lf",
      { fixture in
        let text = fixture.folder.text(fixture.paths.manifest) ?? ""
        fixture.folder.put(
          text.replacing("\"eol\": \"lf\"", with: "\"eol\": \"crlf\""), fixture.paths.manifest)
      }
    ),
  ]

  @Test(arguments: strangers.indices)
  func aFileThatIsNotOursIsRefusedAndLeftAlone(_ index: Int) throws {
    let (name, word, change) = Self.strangers[index]
    let fixture = try OutputFixture(.csv(CSVFormat()))
    try fixture.export(Self.old)
    change(fixture)
    let before = fixture.folder.bytes(fixture.paths.target)
    let names = fixture.names
    let url = name == "another address" ? "http://b/customers" : OutputFixture.url
    let error = #expect(throws: OutputError.self, "\(name)") {
      try fixture.kind.open(fixture.paths, url: url, start: .update)
    }
    #expect(error?.isUsage == true)
    #expect(error?.description.contains(word) == true, "\(name): \(error?.description ?? "")")
    #expect(error?.description.contains("--update") == true)
    #expect(fixture.names == names, "\(name)")
    #expect(fixture.folder.bytes(fixture.paths.target) == before)
  }

  /// From the server: only the new rows are given out.
  @Test func oldRowsAreNotFetchedAgain() async throws {
    let old = Self.old
    let all = Self.all
    try await ExportTests.withAPI(old) { loop, api, folder in
      try await ExportTests.finish(loop, api, folder, old)
      let given = api.given
      var setup = ExportTests.Setup()
      setup.start = .update
      // Nothing new: one question.
      try await ExportTests.finish(loop, api, folder, old, setup)
      #expect(api.given == given)
      api.table = SimulatedTable(ids: all)
      try await ExportTests.finish(loop, api, folder, all, setup)
      #expect(api.given == given + 3)
    }
  }

  @Test func anUpdateThatFailsLeavesTheFinishedFile() async throws {
    let old = Self.old
    try await ExportTests.withAPI(old) { loop, api, folder in
      try await ExportTests.finish(loop, api, folder, old)
      api.interfere = { _ in .response("200 OK", "[") }
      var setup = ExportTests.Setup()
      setup.start = .update
      let outcome = try await ExportTests.export(loop, api.url, folder, setup)
      #expect(outcome.status == 1)
      let isWhole = folder.text(folder.target) == SimulatedRow.csv(old)
      #expect(isWhole)
      api.interfere = nil
      api.table = SimulatedTable(ids: Self.all)
      try await ExportTests.finish(loop, api, folder, Self.all, setup)
    }
  }
}
