import Customers
import Foundation
import SQLite
import Testing

@testable import Exporter

@Suite struct SQLiteOutputTests {
  private static let ids = Array(1...1500 as ClosedRange<Int64>)

  @Test func theTableIsAsSpreadsheetsAndProgramsExpect() throws {
    let fixture = try OutputFixture(.sqlite)
    try fixture.export([1, 2, .max])
    let database = try SQLiteDatabase(fixture.paths.target, .read)
    let columns = try SQLiteStatement(
      database, declared: "SELECT name, type, pk FROM pragma_table_info('customers')")
    for column in Column.allCases {
      #expect(try columns.step())
      #expect(text(columns, 0) == "\(column.name)")
      #expect(text(columns, 1) == (column == .customerID ? "INTEGER" : "TEXT"))
      #expect(columns.integer(2) == (column == .customerID ? 1 : 0))
    }
    #expect(try !columns.step())
    let mode = try SQLiteStatement(database, declared: "PRAGMA journal_mode")
    #expect(try mode.step())
    #expect(text(mode, 0) == "delete", "nobody needs to write beside the file to read it")
    let check = try SQLiteStatement(database, declared: "PRAGMA integrity_check")
    #expect(try check.step())
    #expect(text(check, 0) == "ok")
  }

  private func text(_ statement: SQLiteStatement, _ column: Int) -> String? {
    statement.text(column).map { String(decoding: $0, as: UTF8.self) }
  }

  /// What lies on disk between two transactions is what a kill leaves, the log included.
  @Test func killedAfterAnyTransactionItGoesOnFromThere() throws {
    let fixture = try OutputFixture(.sqlite)
    let opened = try fixture.open()
    for (count, batch) in stride(from: 0, to: 1500, by: 100).enumerated() {
      _ = try opened.output.write([fixture.chunk(Self.ids[batch..<batch + 100])])
      let copy = try OutputFixture(.sqlite)
      try copyFiles(fixture, copy)
      let found = try copy.open()
      #expect(found.found.taken.rows == Int64(count + 1) * 100)
      found.output.release()
      try expectFinished(copy)
    }
  }

  /// The log may end anywhere: within a transaction, it is as if that had not been.
  @Test func aTornLogCostsItsLastTransaction() throws {
    let fixture = try OutputFixture(.sqlite)
    let opened = try fixture.open()
    try fixture.write(Self.ids.prefix(500), batch: 100, to: opened)
    let log = try #require(fixture.folder.bytes(fixture.paths.part + "-wal"))
    #expect(log.count > 10_000)
    for cut in stride(from: 0, through: log.count, by: log.count / 40) {
      let copy = try OutputFixture(.sqlite)
      try copyFiles(fixture, copy)
      copy.folder.put(Array(log[..<cut]), copy.paths.part + "-wal")
      let found = try copy.open()
      #expect(found.found.taken.rows % 100 == 0 && found.found.taken.rows <= 500)
      found.output.release()
      if cut % 3 == 0 { try expectFinished(copy) }
    }
  }

  private func copyFiles(_ fixture: OutputFixture, _ copy: OutputFixture) throws {
    for name in fixture.folder.names {
      try FileManager.default.copyItem(
        atPath: "\(fixture.folder.path)/\(name)", toPath: "\(copy.folder.path)/\(name)")
    }
  }

  private func expectFinished(_ fixture: OutputFixture) throws {
    try fixture.export(Self.ids)
    #expect(fixture.names == ["", ".manifest.json"])
    let isEqual = try fixture.content() == fixture.expected(Self.ids)
    #expect(isEqual)
    #expect(fixture.manifest?.nulls == SimulatedRow.nulls(Self.ids))
  }

  @Test(arguments: ["-wal", "-journal"])
  func aDatabaseThatSomebodyHasOpenIsNotReplaced(_ companion: String) throws {
    let fixture = try OutputFixture(.sqlite)
    try fixture.export([1])
    fixture.folder.put("x", fixture.paths.target + companion)
    #expect(throws: OutputError.targetInUse(path: fixture.paths.target + companion)) { try fixture.open() }
    fixture.folder.remove(fixture.paths.target + companion)
    fixture.folder.remove(fixture.paths.part)
    let opened = try fixture.open()
    try fixture.write([1, 2], to: opened)
    fixture.folder.put("x", fixture.paths.target + companion)
    #expect(throws: OutputError.targetInUse(path: fixture.paths.target + companion)) {
      try opened.output.finish()
    }
  }

  @Test func restartTakesAwayTheLogOfWhatWasThere() throws {
    let fixture = try OutputFixture(.sqlite)
    let opened = try fixture.open()
    try fixture.write(Self.ids, to: opened)
    let copy = try OutputFixture(.sqlite)
    try copyFiles(fixture, copy)
    #expect(copy.folder.names.contains { $0.hasSuffix("-wal") })
    let again = try copy.open(.anew)
    #expect(again.found.taken.rows == 0)
    again.output.release()
    try expectFinished(copy)
  }

  @Test func whatIsNoDatabaseIsRefused() throws {
    let fixture = try OutputFixture(.sqlite)
    fixture.put(unfinished: Array(repeating: 0x78, count: 5000)[...])
    #expect(throws: OutputError.changed(path: fixture.paths.part)) { try fixture.open() }
    let again = try fixture.open(.anew)
    again.output.release()
    try expectFinished(fixture)
  }

  /// Quotes, empty texts and control characters go in as they are and not as CSV has them.
  @Test func textsAreNotQuoted() throws {
    let fixture = try OutputFixture(.sqlite)
    try fixture.export(Self.ids)
    let database = try SQLiteDatabase(fixture.paths.target, .read)
    let query = try SQLiteStatement(
      database, declared: "SELECT DISTINCT first_name FROM customers ORDER BY customer_id")
    var texts: Set<String?> = []
    while try query.step() { texts.insert(text(query, 0)) }
    for expected in [nil, "", "say \"hi\"", "\"", "\r\n", "\n\\.\n", "\u{1}\u{1f}", "日本語", "a,b"] {
      #expect(texts.contains(expected), "\(String(describing: expected))")
    }
  }
}
