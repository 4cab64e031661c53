import EventLoop
import ODBC
import TestSupport
import Testing

/// What comes out of real drivers.
@Suite struct ValueTests {
  private static let table = """
    CREATE TABLE dbo.things (
      id INT, big BIGINT, flag BIT, name NVARCHAR(20), old VARCHAR(20), born DATE, seen DATETIME, at DATETIME2,
      pay DECIMAL(12,2), share FLOAT, tag UNIQUEIDENTIFIER, note "NVARCHAR(MAX)", last INT);
    INSERT INTO dbo.things VALUES
      (1, 9223372036854775807, 1, 'Виктор 😀', 'Жанна', '0001-01-01', '1753-01-01 00:00:00',
       '9999-12-31 23:59:59.999999', -1234.5, 0.25, '01234567-89ab-cdef-0123-456789abcdef', '', 7),
      (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
      (3, -9223372036854775808, 0, '', '', '9999-12-31', '2024-02-29 12:00:00.500', '1752-12-31', 0, -1e300,
       NULL, replace(hex(zeroblob(15000)), '00', 'ж'), 8);
    """

  @Test func everyTypeOfSQLServerComesThrough() async throws {
    try await onLoop { loop in
      try await TDSServer.with(loop, Self.table) { server in
        let rows = try await loop.aside {
          try Sources.rows(try Sources.tds(server), "SELECT * FROM dbo.things")
        }
        try #require(rows.count == 3)
        #expect(
          rows[0] == [
            "1", "9223372036854775807", "1", "Виктор 😀", "Жанна", "1-1-1 0:0:0 0", "1753-1-1 0:0:0 0",
            "9999-12-31 23:59:59 999999000", "-1234.50", "0.25", "01234567-89AB-CDEF-0123-456789ABCDEF", "",
            "7",
          ])
        #expect(rows[1] == ["2"] + Array(repeating: nil, count: 12))
        #expect(rows[2][1] == "-9223372036854775808")
        #expect(rows[2][6] == "2024-2-29 12:0:0 500000000")
        // Some 15,000 characters, piece by piece, and what stands behind them.
        #expect(rows[2][11] == String(repeating: "ж", count: 15_000))
        #expect(rows[2][12] == "8")
      }
    }
  }

  /// A query with letters of its own; the lengths are around those of the pieces that a long value is read in.
  @Test(arguments: [0, 1, 2046, 2047, 2048, 4095, 4096, 100_000, 600_000])
  func aLongValueIsWhole(length: Int) async throws {
    try await onLoop { loop in
      try await TDSServer.with(loop, "CREATE TABLE dbo.t (id INT, \"имя\" \"NVARCHAR(MAX)\");") { server in
        let rows = try await loop.aside { () -> [[String?]] in
          let connection = try ODBCConnection(ODBCEnvironment(), try Sources.tds(server), patience: 20)
          let insert = try ODBCStatement(connection)
          try insert.execute(
            "INSERT INTO dbo.t VALUES (1, substr(replace(hex(zeroblob(\(length + 1))), '00', N'ы'), 1, \(length)))"
          )
          return try Sources.rows(try Sources.tds(server), "SELECT id, имя FROM dbo.t")
        }
        if length > 1 << 19 {
          #expect(rows.first?[1] == "too long")
        } else {
          let isWhole = rows.first?[1] == String(repeating: "ы", count: length)
          #expect(isWhole)
        }
      }
    }
  }

  @Test func anotherDriverGivesTheSame() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        let string = try Sources.postgres(database.settings)
        let rows = try await loop.aside {
          try Sources.rows(
            string,
            """
            SELECT n::bigint, 'Виктор 😀'::varchar(20), date '0001-01-01', timestamp '2024-01-09 08:45:19.097123',
              CASE WHEN n > 1 THEN repeat('ж', 20000) END, NULL::int FROM generate_series(1, 2500) AS n
            """)
        }
        try #require(rows.count == 2500)
        #expect(
          rows[0] == ["1", "Виктор 😀", "1-1-1 0:0:0 0", "2024-1-9 8:45:19 97123000", nil, nil])
        #expect(rows[2499][0] == "2500" && rows[2499][4] == String(repeating: "ж", count: 20_000))
      }
    }
  }
}
