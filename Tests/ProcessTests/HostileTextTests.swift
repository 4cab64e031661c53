import Foundation
import Testing

extension ProcessTests {
  /// Texts that have broken CSVs before, all the way from PostgreSQL to the file.
  @Suite struct HostileTextTests {
    private static let textColumns = [
      "first_name", "last_name", "email", "last_login_ip", "country_origin", "home_country", "home_city",
      "home_street",
      "home_building_number", "work_country", "work_city", "work_street", "work_building_number",
      "mobile_phone",
      "home_phone", "work_phone",
    ]

    /// SQL expressions, each of at most 45 characters' worth, so that they fit into every text column.
    private static let texts: [String] =
      [
        "", "\"", "\"\"", ",", ",,,", "\r", "\n", "\r\n", "\n\n", "\\.", "\\", "\\\\", "\\N", "NULL", "null",
        "\"NULL\"", "\n\\.\n", "a\n\\.\nb", "\\.\n", "\n\\.", "a\r\n\\.\r\nb", " ", "  ", " leading",
        "trailing ",
        "\tleading", "trailing\t", "\t", "a\tb", "'", "''", ";", "|", "=1+1", "@x", "a\"b", "a,b", "\"a\"",
        "\"a,b\"",
        "{\"customer_id\":5}", "\"customer_id\":", "\\u0041", "\\n", "%", "&amp;", "<b>", "\u{7F}", "\u{85}",
        "\u{A0}",
        "\u{2028}", "\u{2029}", "a\u{2028}b", "\u{FEFF}", "\u{FEFF}x", "\u{FFFD}", "\u{FFFF}", "🙂", "👩‍👩‍👧‍👦",
        "𝒳\u{301}",
        "e\u{301}", "ﷺ", "עברית", "\u{202E}abc", "\u{10FFFF}", "true",
        "0", "-1", "1e5", "2024-01-01",
      ] + (1...31).map { String(UnicodeScalar(UInt8($0))) } + (1...31).map { "a\(UnicodeScalar(UInt8($0)))b" }

    private func literal(_ text: String) -> String {
      let escaped = text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(
        of: "'", with: "''")
      return "E'\(escaped)'"
    }

    /// Each text in each column, the others null; then each text in all columns at once.
    @Test func everyTextInEveryColumn() throws {
      try onStage { stage in
        let database = try stage.database()
        let file = stage.path("rows.sql")
        let columns = Self.textColumns.joined(separator: ", ")
        var sql = "CREATE TEMP TABLE texts (n serial, t text);\n"
        for text in Self.texts { sql += "INSERT INTO texts (t) VALUES (\(literal(text)));\n" }
        for column in Self.textColumns {
          sql += "INSERT INTO customers (\(column)) SELECT t FROM texts ORDER BY n;\n"
        }
        let all = Self.textColumns.map { _ in "t" }.joined(separator: ", ")
        sql += "INSERT INTO customers (\(columns)) SELECT \(all) FROM texts ORDER BY n;\n"
        try sql.write(toFile: file, atomically: false, encoding: .utf8)
        try database.run(file: file)
        let count = Self.texts.count * (Self.textColumns.count + 1)
        try #require(database.number("SELECT count(*) FROM customers") == count)

        let server = try stage.server(database)
        try stage.checkExport(stage.export(server.url), of: database)
        // A server's page may end at any row.
        try stage.checkExport(stage.export(server.url, to: "small.csv", ["--records", "7"]), of: database)
      }
    }

    @Test func longTexts() throws {
      try onStage { stage in
        let database = try stage.database(rows: 10)
        // The longest that the columns take, in characters of one to four bytes and of six in JSON.
        for (id, text) in [
          (101, "x"), (102, "é"), (103, "東"), (104, "🙂"), (105, "\""), (106, ","), (107, "\n"), (108, "\\."),
          (109, "\u{1}"), (110, "\u{2028}"),
        ] {
          let length = 10_000 / text.unicodeScalars.count
          try database.query(
            """
            INSERT INTO customers (customer_id, home_street, work_street, first_name)
            VALUES (\(id), repeat(\(literal(text)), \(length)), repeat(\(literal(text)), \(length)),
              repeat(\(literal(text)), \(200 / text.unicodeScalars.count)))
            """)
        }
        // A page of a thousand of them: 60 MB of JSON, far beyond what a request may take in memory.
        try database.query(
          """
          INSERT INTO customers (customer_id, home_street, work_street)
          SELECT 1000 + i, repeat(chr(1), 10000), repeat('🙂', 10000) FROM generate_series(1, 1000) AS i
          """)
        let server = try stage.server(database)
        try stage.checkExport(stage.export(server.url), of: database)
      }
    }

    @Test func anUnfinishedRowOfHostileTextsIsGoneOnWith() throws {
      try onStage { stage in
        let database = try stage.database()
        try database.query(
          """
          INSERT INTO customers (home_street, work_street, last_name, work_phone)
          SELECT CASE WHEN i % 50 = 0 THEN E'a"b\\r\\n\\\\.\\n' || repeat(E'",\\n', i % 40) END,
            CASE WHEN i % 20 = 0 THEN E'\\n' || i || E',1,2,3\\n' END, '"', E'\\n'
          FROM generate_series(1, 4000) AS i
          """)
        let server = try stage.server(database)
        let command = stage.export(server.url, ["--records", "100"])
        let proxy = try CountingProxy(upstream: server.port, hold: 0.02)
        defer { proxy.close() }
        let slow = ExporterCommand(target: command.target, url: proxy.url, options: command.options)
        for part in 1...5 {
          let child = try stage.start(slow)
          let before = slow.progress
          try waitUntil("the file to grow") { slow.progress > before + 1000 || !child.isRunning }
          child.signal(SIGKILL)
          try #require(child.waitForEnd() == .killed(signal: SIGKILL), "it was too quick in part \(part)")
        }
        try stage.checkExport(slow, of: database)
      }
    }
  }
}
