import Bytes
import Foundation
import Testing

@testable import Exporter

@Suite struct GzipOutputTests {
  private static let ids = Array(1...2300 as ClosedRange<Int64>)

  @Test(arguments: [1, 7, 999, 1000, 1001, 2300])
  func theBytesDoNotDependOnHowTheRowsCome(_ batch: Int) throws {
    let whole = try OutputFixture(.gzip(CSVFormat()))
    try whole.export(Self.ids)
    let fixture = try OutputFixture(.gzip(CSVFormat()))
    try fixture.export(Self.ids, batch: batch)
    let isEqual = fixture.folder.bytes(fixture.paths.target) == whole.folder.bytes(whole.paths.target)
    #expect(isEqual)
  }

  /// A run that was killed as it finished may have ended a short member into which more rows belong by now.
  @Test(arguments: [1, 999, 1000, 1001, 2000, 2299])
  func aShortMemberAtTheEndIsOpenedAgain(_ rows: Int) throws {
    let whole = try OutputFixture(.gzip(CSVFormat()))
    try whole.export(Self.ids)
    let fixture = try OutputFixture(.gzip(CSVFormat()))
    try fixture.export(Self.ids.prefix(rows))
    let bytes = try #require(fixture.folder.bytes(fixture.paths.target))
    fixture.put(unfinished: bytes[...])
    let opened = try fixture.open()
    #expect(opened.found.taken.rows == Int64(rows), "no row is fetched again")
    #expect(opened.found.kept.rows == Int64(rows / 1000 * 1000))
    try fixture.write(Self.ids, to: opened)
    try opened.output.finish()
    let isEqual = fixture.folder.bytes(fixture.paths.target) == whole.folder.bytes(whole.paths.target)
    #expect(isEqual)
    #expect(fixture.manifest?.nulls == whole.manifest?.nulls)
  }

  /// Whatever was changed in the part that counts, it is not gone on with in silence. (Of a member's head, the time,
  /// the flags for speed and the system are covered by no sum and say nothing about the rows.)
  @Test func savedMembersThatWereChangedAreRefused() throws {
    let fixture = try OutputFixture(.gzip(CSVFormat()))
    let opened = try fixture.open()
    let first = try opened.output.write([fixture.chunk(Self.ids.prefix(1000))]).kept
    let kept = try opened.output.write([fixture.chunk(Self.ids.dropFirst(1000))]).kept
    opened.output.release()
    let bytes = try #require(fixture.folder.bytes(fixture.paths.part))
    #expect(first.rows == 1000 && kept.rows == 2000)
    let heads = [0, Int(first.bytes)].map { $0 + 4..<$0 + 10 }
    for place in stride(from: 0, to: Int(kept.bytes), by: Int(kept.bytes) / 40)
    where !heads.contains(where: { $0.contains(place) }) {
      var changed = bytes
      changed[place] ^= 0x40
      fixture.put(unfinished: changed[...], saved: kept)
      let error = #expect(throws: OutputError.self) { try fixture.open() }
      #expect(error == .changed(path: fixture.paths.part), "byte \(place)")
    }
  }

  @Test func othersCanReadIt() throws {
    let fixture = try OutputFixture(.gzip(CSVFormat()))
    try fixture.export(Self.ids)
    let pipe = Pipe()
    let zcat = Process()
    zcat.executableURL = URL(fileURLWithPath: "/bin/sh")
    zcat.arguments = ["-c", "gzip -t \"$0\" && gzip -dc \"$0\"", fixture.paths.target]
    zcat.standardOutput = pipe
    try zcat.run()
    let text = try #require(try pipe.fileHandleForReading.readToEnd())
    zcat.waitUntilExit()
    #expect(zcat.terminationStatus == 0)
    let isEqual = String(decoding: text, as: UTF8.self) == SimulatedRow.csv(Self.ids)
    #expect(isEqual)
  }
}
