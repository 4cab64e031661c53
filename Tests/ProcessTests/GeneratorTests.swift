import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// What the generator puts into the table.
  @Suite struct GeneratorTests {
    private static let filled = [
      "first_name", "last_name", "email", "home_country", "home_city", "home_street", "home_building_number",
      "work_country", "work_city", "work_street", "work_building_number",
    ]
    private static let bands = [
      ("date_of_birth", 10, 20), ("last_login_dt", 5, 15), ("last_login_ip", 5, 15),
      ("country_origin", 10, 20),
      ("mobile_phone", 5, 15), ("home_phone", 50, 65), ("work_phone", 20, 25),
    ]

    @Test func everyPromiseAboutTheRows() throws {
      try onStage { stage in
        let database = try stage.emptyDatabase()
        let rows = Scale.rows
        let child = try stage.generate(rows, into: database)
        note(child.errors.split(separator: "\n").last.map(String.init) ?? "the generator said nothing")

        func none(_ condition: String, _ what: String) throws {
          let count = try database.number("SELECT count(*) FROM customers WHERE \(condition)")
          #expect(count == 0, "\(what): \(condition)")
        }
        #expect(
          try database.query(
            "SELECT count(*), min(customer_id), max(customer_id), count(DISTINCT customer_id) FROM customers")
            == "\(rows)|1|\(rows)|\(rows)")
        for column in Self.filled {
          try none("coalesce(btrim(\(column), E' \\t\\r\\n\\u00A0\\u3000'), '') = ''", "blank")
        }
        for (column, _, _) in Self.bands where !["date_of_birth", "last_login_dt"].contains(column) {
          try none("btrim(\(column)) = ''", "blank, and not null")
        }
        // Not on average: for every number of rows from 1,000 up.
        for (column, least, most) in Self.bands {
          let outside = try database.number(
            """
            SELECT count(*) FROM (
              SELECT customer_id AS n, count(*) FILTER (WHERE \(column) IS NULL) OVER (ORDER BY customer_id) AS nulls
              FROM customers) AS counted
            WHERE n >= 1000 AND NOT nulls * 100 BETWEEN \(least) * n AND \(most) * n
            """)
          #expect(outside == 0, "\(column) is outside \(least)–\(most) % for \(outside) numbers of rows")
        }
        try none(
          "(last_login_dt IS NULL) <> (last_login_ip IS NULL)", "the address of a login that never was")
        try none(
          "last_login_ip !~ '^\\d{1,3}(\\.\\d{1,3}){3}$' OR family(last_login_ip::inet) <> 4", "no IPv4")
        try none("date_of_birth >= last_login_dt", "a login before the birth")
        try none(
          "date_of_birth > now() OR last_login_dt > now() OR date_of_birth < DATE '1900-01-01'", "times")
        try none(
          "email !~ '^[^@[:space:]]+@[^@[:space:]]+\\.[a-z]+$' OR email ~ '[^ -~]'", "no e-mail address")
        #expect(try database.number("SELECT count(DISTINCT email) FROM customers") == rows)
      }
    }

    @Test func variety() throws {
      try onStage { stage in
        let database = try stage.emptyDatabase()
        try stage.generate(Scale.rows, into: database)
        for column in ["first_name", "last_name", "home_city"] {
          let count = try database.number("SELECT count(DISTINCT \(column)) FROM customers")
          note("\(count) different values of \(column) in \(Scale.rows) rows")
          // So many are promised of each at a million rows, and there are as many at a tenth of that.
          #expect(count >= 5000, "\(column)")
        }
        for (script, pattern) in [
          ("Latin", "[A-Za-z]"), ("Cyrillic", "[А-Яа-я]"), ("Han or kana", "[一-龥ぁ-んァ-ン]"),
        ] {
          let count = try database.number("SELECT count(*) FROM customers WHERE first_name ~ '\(pattern)'")
          #expect(count > Scale.rows / 1000, "\(script)")
        }
        #expect(try database.number("SELECT count(DISTINCT home_country) FROM customers") >= 12)
      }
    }

    @Test func theSameSeedGivesTheSameRowsHoweverItIsLoaded() throws {
      try onStage { stage in
        let rows = (Scale.isFull ? 1_000_000 : 60_000) + 3
        let expected = try stage.emptyDatabase()
        try stage.generate(rows, into: expected, ["--jobs", "1", "--seed", "42"])
        let digest = try tableDigest(expected)
        for jobs in [2, 7] {
          let database = try stage.emptyDatabase()
          try stage.generate(rows, into: database, ["--jobs", "\(jobs)", "--seed", "42"])
          #expect(try tableDigest(database) == digest, "\(jobs) jobs")
        }
        for jobs in [1, 7] {
          let file = stage.path("\(jobs).csv")
          let child = try stage.run(
            .generator, ["--rows", "\(rows)", "--jobs", "\(jobs)", "--seed", "42", "--out", file],
            within: Scale.patience)
          #expect(child.ending == .exited(0), "\(child.errors)")
          #expect(try FileManager.default.contents(atPath: file) == expected.csv(), "--out with \(jobs) jobs")
        }
        // A shorter load is the beginning of a longer one; another seed is another table.
        let short = try stage.emptyDatabase()
        try stage.generate(2001, into: short, ["--jobs", "3", "--seed", "42"])
        let beginning =
          "SELECT md5(string_agg(c::text, ';' ORDER BY customer_id)) FROM customers AS c WHERE customer_id <= 2001"
        #expect(try short.query(beginning) == expected.query(beginning))
        let other = try stage.emptyDatabase()
        try stage.generate(2001, into: other, ["--seed", "43"])
        #expect(try other.query(beginning) != expected.query(beginning))
      }
    }

    private func tableDigest(_ database: Database) throws -> String {
      try database.query(
        "SELECT count(*), md5(string_agg(md5(c::text), '' ORDER BY customer_id)) FROM customers AS c",
        within: Scale.patience)
    }

    @Test func theExporterGivesBackWhatTheGeneratorWrites() throws {
      try onStage { stage in
        let database = try stage.emptyDatabase()
        try stage.generate(20_000, into: database)
        let server = try stage.server(database)
        let command = stage.export(server.url)
        try stage.checkExport(command, of: database)
        let file = stage.path("generated.csv")
        #expect(try stage.run(.generator, ["--rows", "20000", "--out", file]).ending == .exited(0))
        #expect(
          FileManager.default.contents(atPath: file) == FileManager.default.contents(atPath: command.target))
      }
    }

    @Test func asManyCopiesAtOnceAsThereAreJobs() throws {
      try onStage { stage in
        let database = try stage.database()
        let jobs = 4
        let child = try stage.start(
          .generator, ["--rows", "\(Scale.rows * 4)", "--jobs", "\(jobs)"], ["DATABASE_URL": database.url])
        var most = 0
        var looks = 0
        try child.waitForEnd(within: Scale.patience) {
          let now = try database.number(
            "SELECT count(*) FROM pg_stat_progress_copy WHERE datname = current_database() AND command = 'COPY FROM'"
          )
          looks += 1
          most = max(most, now)
        }
        note("\(most) COPYs at once at most, in \(looks) looks")
        #expect(child.ending == .exited(0), "\(child.errors)")
        #expect(most == jobs)
      }
    }

    @Test func aTableWithRowsIsRefusedUnlessTold() throws {
      try onStage { stage in
        let database = try stage.database(rows: 10)
        let before = try tableDigest(database)
        let refused = try stage.run(.generator, ["--rows", "1000"], ["DATABASE_URL": database.url])
        #expect(refused.ending == .exited(1))
        #expect(
          refused.errors.contains("--append") && refused.errors.contains("--replace"), "\(refused.errors)")
        #expect(try tableDigest(database) == before)

        try stage.generate(1000, into: database, ["--append"])
        #expect(try database.query("SELECT count(*), max(customer_id) FROM customers") == "1010|1010")
        try stage.generate(1500, into: database, ["--replace"])
        #expect(
          try database.query("SELECT count(*), min(customer_id), max(customer_id) FROM customers")
            == "1500|1|1500")
        // Rows that others add get ids of their own.
        #expect(try database.number("INSERT INTO customers DEFAULT VALUES RETURNING customer_id") == 1501)
      }
    }

    @Test func anEmptyDatabaseIsSetUpAndTheSequenceStandsPastTheRows() throws {
      try onStage { stage in
        let database = try stage.emptyDatabase()
        try stage.generate(1234, into: database)
        #expect(try stage.run(.server, [database.url, "migrate", "status"]).ending == .exited(0))
        #expect(try database.number("SELECT count(*) FROM customers") == 1234)
        #expect(try database.number("INSERT INTO customers DEFAULT VALUES RETURNING customer_id") == 1235)
      }
    }

    @Test func aSchemaThatDoesNotFitIsRefused() throws {
      try onStage { stage in
        let database = try stage.database()
        let environment = ["DATABASE_URL": database.url, "ROSTER_API_KEYS": "k"]
        func expectRefusal(_ words: String...) throws {
          for (program, arguments) in [
            (Program.generator, ["--rows", "10"]), (.server, ["serve", "--port", "0"]),
          ] {
            let child = try stage.run(program, arguments, environment, within: 20)
            #expect(child.ending == .exited(1), "\(child.name): \(child.errors)")
            for word in words { #expect(child.errors.contains(word), "\(child.name): \(child.errors)") }
          }
          #expect(try database.number("SELECT count(*) FROM customers") == 0)
        }
        try database.query(
          "INSERT INTO schema_migrations (version, name, checksum) VALUES (9999, 'later', 'x')")
        try expectRefusal("9999", "newer")
        try database.query("DELETE FROM schema_migrations WHERE version = 9999")

        let versions = try database.number("SELECT count(*) FROM schema_migrations")
        #expect(try stage.run(.server, ["migrate", "down"], environment).ending == .exited(0))
        if versions > 1 {
          try expectRefusal("migrate up")
          try stage.generate(10, into: database, ["--migrate"])
        } else {
          // With the only step taken back the database is an empty one again.
          try stage.generate(10, into: database)
        }
        #expect(try database.number("SELECT count(*) FROM customers") == 10)
      }
    }

    @Test func aDatabaseThatIsAwayOrNotNamed() throws {
      try onStage { stage in
        let port = try freePort()
        let away = try stage.run(
          .generator, ["--database", "postgresql://roster@127.0.0.1:\(port)/roster"], within: 15)
        #expect(away.ending == .exited(1))
        #expect(away.errors.hasPrefix("generator: "), "\(away.errors)")
        let none = try stage.run(.generator, [], within: 15)
        #expect(none.ending == .exited(2))
        #expect(none.errors.contains("DATABASE_URL"), "\(none.errors)")
      }
    }
  }
}

extension Stage {
  /// Loads generated customers and expects that it works.
  @discardableResult
  func generate(
    _ rows: Int, into database: Database, _ options: [String] = [],
    location: SourceLocation = #_sourceLocation
  ) throws -> ChildProcess {
    let child = try run(
      .generator, ["--rows", "\(rows)"] + options, ["DATABASE_URL": database.url], within: Scale.patience)
    try #require(child.ending == .exited(0), "\(child.errors)", sourceLocation: location)
    return child
  }
}
