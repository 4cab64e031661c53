import CLibPQ
import EventLoop
import TestSupport
import Testing

@testable import Postgres

/// Values on their way to PostgreSQL and back.
@Suite struct LiveTypesTests {
  private func withSession(_ body: @escaping @Sendable (PostgresSession) async throws -> Void) async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await database.session(loop) { try await body($0) }
      }
    }
  }

  @Test func numbersComeBackAsTheyWere() async throws {
    try await withSession { session in
      for number in [0, 1, -1, Int64.max, .min, 1 << 32, -(1 << 31)] {
        let rows = try await session.query(
          "SELECT \(number), \(number)::text, \(Int32(truncatingIfNeeded: number))")
        #expect(rows.integer(0, 0) == number)
        #expect(rows.text(0, 1) == String(number))
        #expect(rows.integer(0, 2) == Int64(Int32(truncatingIfNeeded: number)))
      }
      let small = try await session.query("SELECT 7::smallint, -7::smallint, true, false")
      #expect(small.integer(0, 0) == 7)
      #expect(small.integer(0, 1) == -7)
      #expect(small.boolean(0, 2) == true)
      #expect(small.boolean(0, 3) == false)
    }
  }

  /// Where libpq keeps the cells, and by its functions.
  @Test func cellsAreTheSameBothWays() throws {
    #expect(Rows.cellsAreKnown)
    for looksInside in [true, false] {
      let made = try #require(PQmakeEmptyPGresult(nil, PGRES_TUPLES_OK))
      var columns = [PGresAttDesc](repeating: PGresAttDesc(), count: 3)
      PQsetResultAttrs(made, 3, &columns)
      let cells: [[String?]] = [["a", nil, ""], [nil, "bc", String(repeating: "x", count: 5000)]]
      for (row, cells) in cells.enumerated() {
        for (column, cell) in cells.enumerated() {
          var bytes = Array((cell ?? "").utf8CString)
          PQsetvalue(made, Int32(row), Int32(column), &bytes, cell.map { Int32($0.utf8.count) } ?? -1)
        }
      }
      let rows = Rows(result: made, looksInside: looksInside)
      #expect((0..<rows.count).map { row in (0..<rows.columnCount).map { rows.text(row, $0) } } == cells)
    }
  }

  @Test func textsComeBackAsTheyWere() async throws {
    let texts = [
      "", " ", "a", "\\", "'; DROP TABLE t; --", "$1", "Köln", "Иван", "日本", "👩‍👩‍👧", "\u{1}\u{7F}\u{2028}\r\n\t",
      String(repeating: "x", count: 10_000), String(repeating: "ß", count: 10_000),
      String(repeating: "y", count: 3 << 20),
    ]
    try await withSession { session in
      for text in texts {
        let rows = try await session.query("SELECT \(text), octet_length(\(text)), \(text) = ''")
        #expect(rows.text(0, 0) == text)
        #expect(rows.integer(0, 1) == Int64(text.utf8.count))
        #expect(rows.boolean(0, 2) == text.isEmpty)
      }
    }
  }

  @Test func nullAndEmptyAreTwoThings() async throws {
    try await withSession { session in
      let none: String? = nil
      let rows = try await session.query(
        "SELECT \(none)::text, \("")::text, \(.null)::bigint, \(.null)::bool, \(.bytes([]))::bytea, \(.null)::bytea"
      )
      #expect(rows.cell(0, 0) == nil)
      #expect(rows.cell(0, 1)?.count == 0)
      #expect(rows.text(0, 0) == nil)
      #expect(rows.text(0, 1) == "")
      #expect(rows.integer(0, 2) == nil)
      #expect(rows.boolean(0, 3) == nil)
      #expect(rows.cell(0, 4)?.count == 0)
      #expect(rows.cell(0, 5) == nil)
    }
  }

  @Test func bytesKeepZeros() async throws {
    try await withSession { session in
      let bytes = (0...255).map { UInt8($0) }
      let rows = try await session.query("SELECT \(.bytes(bytes))::bytea")
      #expect(rows.cell(0, 0).map { Array($0) } == bytes)
    }
  }

  /// A number finds its way into a column of any width, and a text casts to what is asked for; a query that is left
  /// to guess the type would take eight bytes for an integer of four.
  @Test func typesAreToldToTheQuery() async throws {
    try await withSession { session in
      try await session.run(
        script: "CREATE TABLE t (small smallint, plain integer, day date, name varchar(10))")
      _ = try await session.query(
        "INSERT INTO t VALUES (\(Int64(1)), \(Int64(2)), \("2020-02-29")::date, \("abc"))")
      let rows = try await session.query(
        "SELECT count(*) FROM t WHERE plain = \(Int64(2)) AND small = \(1) AND day = \("2020-02-29")::date")
      #expect(rows.integer(0, 0) == 1)
      let error = await postgresError {
        try await session.query("INSERT INTO t (plain) VALUES (\(Int64.max))")
      }
      #expect(error?.state == "22003")
    }
  }

  @Test func aZeroInATextIsRefusedByTheServer() async throws {
    try await withSession { session in
      let error = await postgresError { try await session.query("SELECT \("a\0b")") }
      #expect(error?.state == "22021")
      try await expect(1) { try await session.query("SELECT 1").integer(0, 0) }
    }
  }

  @Test func rowsAreCountedAndTagged() async throws {
    try await withSession { session in
      try await session.run(script: "CREATE TABLE t (a int, b text)")
      try await expect(7) {
        try await session.query("INSERT INTO t SELECT i, 'x' FROM generate_series(1, 7) i").affected
      }
      try await expect(3) { try await session.query("DELETE FROM t WHERE a > 4").affected }
      let rows = try await session.query("SELECT * FROM t ORDER BY a")
      #expect(rows.count == 4)
      #expect(rows.columnCount == 2)
      #expect(rows.commandTag == "SELECT 4")
      try await expect(0) { try await session.query("SELECT FROM t").columnCount }
    }
  }

  @Test func errorsTellWhatTheServerSaid() async throws {
    try await withSession { session in
      try await session.run(script: "CREATE TABLE t (a int CONSTRAINT positive CHECK (a > 0))")
      let error = await postgresError { try await session.query("INSERT INTO t VALUES (\(-1))") }
      guard case .server(let message) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(message.state == "23514")
      #expect(message.constraint == "positive")
      #expect(message.detail?.contains("-1") == true)
      #expect(!message.isFatal)
    }
  }
}
