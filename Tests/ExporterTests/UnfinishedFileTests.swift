import Bytes
import Customers
import Testing

@testable import Exporter

@Suite struct UnfinishedFileTests {
  let folder: TemporaryFolder
  let identity = ExportIdentity(url: "http://a/customers", columns: "x", format: "csv,lf")

  init() throws { folder = try TemporaryFolder() }

  private func open(
    _ identity: ExportIdentity? = nil, restart: Bool = false
  ) throws -> (UnfinishedFile, ExportProgress) {
    try UnfinishedFile.open(
      folder.paths, identity: identity ?? self.identity, format: CSVFormat(), restart: restart)
  }

  private func chunk(_ ids: [Int64]) -> Chunk {
    let chunk = Chunk()
    for id in ids { chunk.bytes.append(text: SimulatedRow(id: id).csv) }
    return chunk
  }

  @Test func aFileBeginsWithItsHeaderAndIsFinishedWhole() throws {
    var (file, progress): (UnfinishedFile?, ExportProgress) = try open()
    #expect(progress == ExportProgress(bytes: Int64(csvHeader.utf8.count)))
    #expect(folder.names == ["customers.csv.part", "customers.csv.state"])
    let rows = [chunk([1, 2]), chunk([3])]
    try file?.write(rows, at: progress.bytes)
    progress.bytes += Int64(rows[0].bytes.count + rows[1].bytes.count)
    try file?.finish(progress)
    file = nil
    #expect(folder.names == ["customers.csv"])
    #expect(folder.text(folder.target) == SimulatedRow.csv([1, 2, 3]))
  }

  @Test func aSecondRunIsLockedOut() throws {
    let (file, _) = try open()
    #expect(throws: OutputError.locked(path: folder.paths.part)) { try open() }
    #expect(throws: OutputError.locked(path: folder.paths.part)) { try open(restart: true) }
    withExtendedLifetime(file) {}
  }

  @Test func rowsBehindTheSavedOnesCountAsFarAsTheyAreWhole() throws {
    let start = try beginAndDrop([1, 2], saving: [1])
    let torn = SimulatedRow.csv([1, 2]) + SimulatedRow(id: 3).csv.dropLast(1)
    folder.put(torn, folder.paths.part)
    let (_, found) = try open()
    #expect(found == ExportProgress(bytes: Int64(SimulatedRow.csv([1, 2]).utf8.count), rows: 2, lastID: 2))
    #expect(folder.text(folder.paths.part) == SimulatedRow.csv([1, 2]), "the torn row is cut off")
    #expect(start.lastID == 1)
  }

  @Test func afterTheMachineStoppedOnlyTheSavedRowsCount() throws {
    let saved = try beginAndDrop([1, 2], saving: [1])
    let text = try #require(folder.text(folder.paths.state))
    var state = try #require(ExportState(text))
    #expect(state.progress == saved)
    state.boot = "another"
    folder.put(state.text, folder.paths.state)
    #expect(try open().1 == saved)
    #expect(folder.text(folder.paths.part) == SimulatedRow.csv([1]))
  }

  @Test func anotherRunIsRefusedAndRestartMendsIt() throws {
    _ = try beginAndDrop([1], saving: [1])
    for (what, other) in [
      ("--url", ExportIdentity(url: "http://b/customers", columns: "x", format: "csv,lf")),
      ("the columns", ExportIdentity(url: identity.url, columns: "y", format: "csv,lf")),
      ("the format", ExportIdentity(url: identity.url, columns: "x", format: "csv,crlf")),
    ] {
      let error = #expect(throws: OutputError.self) { try open(other) }
      #expect(error?.isUsage == true)
      #expect(error?.description.contains("begun with \(what) ") == true)
      #expect(error?.description.contains("--restart") == true)
    }
    let (file, found) = try open(
      ExportIdentity(url: "http://b/customers", columns: "x", format: "csv,lf"), restart: true)
    #expect(found.rows == 0)
    #expect(folder.text(folder.paths.part) == csvHeader)
    withExtendedLifetime(file) {}
  }

  @Test func rowsWithoutAStateAreNobodys() throws {
    folder.put("1,2\n", folder.paths.part)
    #expect(throws: OutputError.noState(path: folder.paths.part)) { try open() }
    folder.put("what", folder.paths.state)
    #expect(throws: OutputError.unreadableState(path: folder.paths.state)) { try open() }
    #expect(try open(restart: true).1.rows == 0)
  }

  @Test func aFileShorterThanItsStateIsRefused() throws {
    _ = try beginAndDrop([1, 2], saving: [1, 2])
    folder.put(SimulatedRow.csv([1]), folder.paths.part)
    #expect(throws: OutputError.changed(path: folder.paths.part)) { try open() }
  }

  @Test func aStateThatARunLeftAsItFinishedIsNoHindrance() throws {
    _ = try beginAndDrop([1], saving: [1])
    let (file, _) = try open()
    let state = try #require(folder.text(folder.paths.state))
    try file.finish(ExportProgress(bytes: Int64(SimulatedRow.csv([1]).utf8.count), rows: 1, lastID: 1))
    folder.put(state, folder.paths.state)
    let other = ExportIdentity(url: "http://b/customers", columns: "x", format: "csv,lf")
    #expect(try open(other).1.rows == 0)
    #expect(folder.text(folder.target) == SimulatedRow.csv([1]), "the finished file stays until the next is")
  }

  @Test func nothingIsLeftOfARunThatWroteNothing() throws {
    let (file, _) = try open()
    file.discard()
    #expect(folder.names == [])
  }

  @Test func statesAreReadBackOrNotAtAll() throws {
    let state = ExportState(
      identity: identity, progress: ExportProgress(bytes: .max, rows: 0, lastID: 7), boot: "")
    #expect(ExportState(state.text) == state)
    for length in 0..<state.text.utf8.count {
      #expect(ExportState(String(state.text.prefix(length))) == nil)
    }
    #expect(ExportState(state.text.replacing("rows 0", with: "rows -1")) == nil)
    #expect(ExportState(state.text + "x") == nil)
  }

  /// Writes rows, saves some of them, and lets go of the file as a killed process does.
  private func beginAndDrop(_ ids: [Int64], saving saved: [Int64]) throws -> ExportProgress {
    let (file, start) = try open()
    try file.write([chunk(ids)], at: start.bytes)
    let progress = ExportProgress(
      bytes: Int64(SimulatedRow.csv(saved).utf8.count), rows: Int64(saved.count), lastID: saved.last ?? 0)
    try file.save(progress)
    return progress
  }
}
