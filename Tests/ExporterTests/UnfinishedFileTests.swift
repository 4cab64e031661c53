import Bytes
import Customers
import Testing

@testable import Exporter

@Suite struct UnfinishedFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open(
    _ url: String = "http://a/customers", _ kind: OutputKind = .csv(CSVFormat()), restart: Bool = false
  ) throws -> (any Output, ExportProgress) {
    let opened = try kind.open(folder.paths, url: url, start: restart ? .anew : .goOn)
    return (opened.output, opened.found.taken)
  }

  private func chunk(_ ids: [Int64]) -> Chunk {
    Chunk(CSVFormat(), ids)
  }

  @Test func aFileBeginsWithItsHeaderAndIsFinishedWhole() throws {
    var (file, progress): ((any Output)?, ExportProgress) = try open()
    #expect(progress == ExportProgress(bytes: Int64(csvHeader.utf8.count)))
    #expect(folder.names == ["customers.csv.part", "customers.csv.state"])
    progress = try #require(file).write([chunk([1, 2]), chunk([3])]).taken
    #expect(progress.rows == 3 && progress.lastID == 3)
    try file?.finish()
    file = nil
    #expect(folder.names == TemporaryFolder.finished)
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
    let csv = CSVFormat()
    for (what, url, kind) in [
      ("--url", "http://b/customers", .csv(csv)), ("the format", "http://a/customers", .gzip(csv)),
      ("the format", "http://a/customers", .csv(CSVFormat(lineEnd: .crlf))),
      ("the format", "http://a/customers", .ndjson), ("the format", "http://a/customers", .sqlite),
    ] as [(String, String, OutputKind)] {
      let error = #expect(throws: OutputError.self) { try open(url, kind) }
      #expect(error?.isUsage == true)
      #expect(error?.description.contains("begun with \(what) ") == true)
      #expect(error?.description.contains("--restart") == true)
    }
    #expect(folder.text(folder.paths.part) == SimulatedRow.csv([1]))
    let (file, found) = try open("http://b/customers", restart: true)
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

  /// What was saved is read again, and has to be what the state tells of.
  @Test(arguments: [
    ("7,", "8,"), ("customer_id", "customer_if"), ("\n8,", "\n6,"), ("\n9,", "\nx,"),
  ])
  func rowsThatWereChangedMeanwhileAreRefused(_ old: String, _ new: String) throws {
    _ = try beginAndDrop([7, 8, 9], saving: [7, 8, 9])
    let text = try #require(folder.text(folder.paths.part))
    folder.put(text.replacing(old, with: new, maxReplacements: 1), folder.paths.part)
    #expect(throws: OutputError.changed(path: folder.paths.part)) { try open() }
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
    try file.finish()
    folder.put(state, folder.paths.state)
    #expect(try open("http://b/customers").1.rows == 0)
    #expect(folder.text(folder.target) == SimulatedRow.csv([1]), "the finished file stays until the next is")
  }

  @Test func nothingIsLeftOfARunThatWroteNothing() throws {
    let (file, _) = try open()
    file.discard()
    #expect(folder.names == [])
  }

  @Test func statesAreReadBackOrNotAtAll() throws {
    let state = ExportState(
      identity: ExportIdentity(url: "http://a/customers", columns: "x", format: "csv,lf"),
      progress: ExportProgress(bytes: .max, rows: 0, lastID: 7), boot: "", started: "2026-01-01T00:00:00.000Z"
    )
    #expect(ExportState(state.text) == state)
    for length in 0..<state.text.utf8.count {
      #expect(ExportState(String(state.text.prefix(length))) == nil)
    }
    #expect(ExportState(state.text.replacing("rows 0", with: "rows -1")) == nil)
    #expect(ExportState(state.text + "x") == nil)
  }

  /// Writes rows, saves some of them, and lets go of the file as a killed process does.
  private func beginAndDrop(_ ids: [Int64], saving saved: [Int64]) throws -> ExportProgress {
    let (file, _) = try open()
    _ = try file.write([chunk(ids)])
    let progress = ExportProgress(
      bytes: Int64(SimulatedRow.csv(saved).utf8.count), rows: Int64(saved.count), lastID: saved.last ?? 0)
    try file.save(progress)
    return progress
  }
}
