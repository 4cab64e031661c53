import Bytes
import Customers
import Digest
import TestSupport
import Testing

@testable import Exporter

/// All kinds of files: whole, resumed wherever they were cut, and described by their manifests.
@Suite struct OutputTests {
  static let ids: [Int64] = Array(1...2500) + [10_000_000_000, .max]

  @Test(arguments: OutputFixture.kinds)
  func aFileHoldsItsRowsAndHasAManifest(_ kind: OutputKind) throws {
    let fixture = try OutputFixture(kind)
    try fixture.export(Self.ids)
    #expect(fixture.names == ["", ".manifest.json"])
    let isExact = try fixture.content() == fixture.expected(Self.ids)
    #expect(isExact)
    let bytes = try #require(fixture.folder.bytes(fixture.paths.target))
    let expected = Manifest(
      exporter: "0.1.0", source: OutputFixture.url, started: "2026-01-01T00:00:00.042Z",
      finished: "2026-01-01T00:00:00.042Z", kind: kind, columns: Column.allCases.map { "\($0.name)" },
      rows: Int64(Self.ids.count), firstID: 1, lastID: .max, nulls: SimulatedRow.nulls(Self.ids),
      bytes: Int64(bytes.count), sha256: bytes.withUnsafeBytes { SHA256Digest(of: $0).hex })
    #expect(fixture.manifest == expected)
  }

  @Test(arguments: OutputFixture.kinds)
  func aTableWithoutRowsGivesAFile(_ kind: OutputKind) throws {
    let fixture = try OutputFixture(kind)
    try fixture.export([])
    #expect(try fixture.content() == fixture.expected([]))
    #expect(fixture.manifest?.rows == 0)
    #expect(fixture.manifest?.firstID == nil && fixture.manifest?.lastID == nil)
  }

  @Test(arguments: OutputFixture.kinds)
  func nothingIsLeftOfWhatIsDiscarded(_ kind: OutputKind) throws {
    let fixture = try OutputFixture(kind)
    let opened = try fixture.open()
    opened.output.discard()
    opened.output.release()
    #expect(fixture.names == [])
  }

  /// Stopped and gone on with at many places, by runs that hand the rows over in portions of their own.
  @Test(arguments: OutputFixture.kinds)
  func runsThatAreStoppedAddUp(_ kind: OutputKind) throws {
    let whole = try OutputFixture(kind)
    try whole.export(Self.ids)
    let fixture = try OutputFixture(kind)
    for (stop, batch) in [(0, 1), (1, 1), (999, 300), (1000, 7), (1001, 1000), (2100, 55), (2499, 2500)] {
      let opened = try fixture.open()
      let written = try fixture.write(Self.ids.prefix(stop), batch: batch, to: opened)
      try opened.output.save(written.kept)
      opened.output.release()
      #expect(fixture.names == [".part", ".state"])
    }
    try fixture.export(Self.ids, batch: 123)
    try expectEqual(fixture, whole)
  }

  private func expectEqual(_ fixture: OutputFixture, _ whole: OutputFixture, _ what: String = "") throws {
    #expect(fixture.names == ["", ".manifest.json"], "\(what)")
    if fixture.kind == .sqlite {
      let isEqual = try fixture.content() == whole.content()
      #expect(isEqual, "\(what)")
    } else {
      let isEqual = fixture.folder.bytes(fixture.paths.target) == whole.folder.bytes(whole.paths.target)
      #expect(isEqual, "\(what)")
      #expect(fixture.manifest?.sha256 == whole.manifest?.sha256, "\(what)")
    }
    #expect(fixture.manifest?.rows == whole.manifest?.rows, "\(what)")
    #expect(fixture.manifest?.nulls == whole.manifest?.nulls, "\(what)")
    #expect(fixture.manifest?.firstID == whole.manifest?.firstID, "\(what)")
  }

  /// The beginning of a file, of any length, is what a kill can leave.
  @Test(arguments: OutputFixture.kinds.filter { $0 != .sqlite })
  func aFileThatWasCutAnywhereIsGoneOnWith(_ kind: OutputKind) throws {
    // Enough for members of both lengths, where there are members.
    let ids = Self.ids.prefix(kind.name == .gzip ? 2200 : 150)
    let whole = try OutputFixture(kind)
    try whole.export(ids)
    let bytes = try #require(whole.folder.bytes(whole.paths.target))
    let ends = try memberEnds(whole)
    let around = (ends + [0, bytes.count]).flatMap { end in (Scale.isFull ? -2...2 : -1...1).map { end + $0 }
    }
    let between = stride(from: 1, to: bytes.count, by: bytes.count / (Scale.isFull ? 11 : 5))
    let fixture = try OutputFixture(kind)
    for cut in Set(around + between).sorted() where (0...bytes.count).contains(cut) {
      fixture.put(unfinished: bytes[..<cut])
      let found = try fixture.open().found
      #expect(found.kept.rows == 0 || found.kept.bytes <= Int64(cut))
      if kind.name == .gzip {
        #expect(found.kept.rows == Int64(ends.count { $0 <= cut } * 1000), "cut at \(cut)")
      }
      try fixture.export(ids)
      try expectEqual(fixture, whole, "cut at \(cut)")
      #expect(found.taken.rows == 0 || fixture.manifest?.started == "2025-12-31T23:59:55.042Z")
    }
  }

  /// Where members of the usual size end.
  private func memberEnds(_ fixture: OutputFixture) throws -> [Int] {
    guard fixture.kind.name == .gzip else { return [] }
    let source = GzipSource(try Descriptor(fixture.paths.target, 0), pausesAtMembers: true)
    var ends: [Int] = []
    while true {
      var text = ByteBuffer()
      while try source.read(into: &text) {}
      if text.isEmpty { return ends.dropLast() }
      ends.append(Int(source.offset))
    }
  }

  @Test(arguments: OutputFixture.kinds.filter { $0 != .sqlite })
  func afterTheMachineStoppedOnlyWhatWasSavedCounts(_ kind: OutputKind) throws {
    let whole = try OutputFixture(kind)
    try whole.export(Self.ids)
    let fixture = try OutputFixture(kind)
    let opened = try fixture.open()
    let kept = try fixture.write(Self.ids.prefix(1700), to: opened).kept
    opened.output.release()
    #expect(kept.rows == (kind.name == .gzip ? 1000 : 1700))
    var bytes = try #require(fixture.folder.bytes(fixture.paths.part))
    for place in Int(kept.bytes)..<bytes.count { bytes[place] = 0 }
    fixture.put(unfinished: bytes[...], saved: kept, boot: "another")
    #expect(try fixture.open().found.kept == kept)
    try fixture.export(Self.ids)
    try expectEqual(fixture, whole)
  }
}
