import Customers
import EventLoop
import Postgres
import Schema
import TestSupport
import Testing

@testable import Generator

@Suite struct DatabaseRunTests {
  @Test func anyNumberOfJobsLoadsTheSameRows() async throws {
    try await onLoop { loop in
      var found: [[String]] = []
      for jobs in [1, 2, 7] {
        try await TestDatabase.with(loop) { database in
          try await runLoad(
            testSettings("--rows", "3001", "--jobs", "\(jobs)", "--seed", "5"), into: database, on: loop)
          found.append(try await rows(database, loop))
        }
      }
      #expect(found[0].count == 3001)
      #expect(found[0] == found[1] && found[0] == found[2])
    }
  }

  /// What PostgreSQL gives as CSV is what `--out` writes, byte for byte.
  @Test func theTableIsTheFile() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await runLoad(testSettings("--rows", "2000", "--seed", "6"), into: database, on: loop)
        let lines = try await database.session(loop) { session in
          let names = Column.allCases.map { column in
            column.kind == .timestamp
              ? "to_char(\(column.name) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS')"
              : "\(column.name)::text"
          }
          // The rule for quotes, as PostgreSQL's COPY has it; nothing here has a quote inside.
          let quoted = names.map {
            "CASE WHEN \($0) ~ '[,\"\\r\\n]' THEN '\"' || \($0) || '\"' ELSE coalesce(\($0), '') END"
          }
          let rows = try await session.query(
            "SELECT \(raw: quoted.joined(separator: " || ',' || ")) FROM customers ORDER BY customer_id")
          return (0..<rows.count).map { (rows.text($0, 0) ?? "") + "\n" }
        }
        #expect(csvHeader + lines.joined() == expectedCSV(rows: 2000, seed: 6))
      }
    }
  }

  /// Right after a load, long before autovacuum comes, the server's questions go by the key.
  @Test func whatTheServerAsksGoesByTheKey() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await runLoad(testSettings("--rows", "20000"), into: database, on: loop)
        try await database.session(loop) { session in
          for question in [
            "customer_id = 77", "customer_id > 5000 ORDER BY customer_id LIMIT 1000",
            "customer_id > 0 ORDER BY customer_id LIMIT 1",
          ] {
            let plan = try await session.query(
              "EXPLAIN SELECT \(raw: Column.selectList) FROM customers WHERE \(raw: question)")
            let lines = (0..<plan.count).compactMap { plan.text($0, 0) }
            #expect(
              lines.contains { $0.contains("Index Scan using customers_pkey") }
                && !lines.contains { $0.contains("Sort") }, "\(question): \(lines)")
          }
        }
      }
    }
  }

  @Test func theSequenceStandsPastTheRows() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await runLoad(testSettings("--rows", "1500"), into: database, on: loop)
        let drawn = try await number(
          "INSERT INTO customers (first_name) VALUES ('x') RETURNING customer_id", database, loop)
        #expect((drawn ?? 0) > 1500)
      }
    }
  }

  @Test func rowsThatAreThereAreRespected() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await runLoad(testSettings("--rows", "100"), into: database, on: loop)
        let before = try await rows(database, loop)
        await #expect(throws: LoadError.self) {
          try await runLoad(testSettings("--rows", "5"), into: database, on: loop)
        }
        #expect(try await rows(database, loop) == before)

        try await runLoad(testSettings("--rows", "50", "--append"), into: database, on: loop)
        let longer = try await rows(database, loop)
        #expect(longer.count == 150 && Array(longer.prefix(100)) == before)

        try await runLoad(testSettings("--rows", "150", "--replace"), into: database, on: loop)
        #expect(try await rows(database, loop) == longer)
      }
    }
  }

  @Test func idsMayRunOut() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await runLoad(testSettings("--rows", "1"), into: database, on: loop)
        try await database.session(loop) {
          _ = try await $0.query("UPDATE customers SET customer_id = \(Int64.max - 10)")
        }
        try await runLoad(testSettings("--rows", "10", "--append"), into: database, on: loop)
        #expect(try await number("SELECT max(customer_id) FROM customers", database, loop) == .max)
        await #expect(throws: LoadError.self) {
          try await runLoad(testSettings("--rows", "1", "--append"), into: database, on: loop)
        }
      }
    }
  }

  @Test func aSecondGeneratorIsRefused() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await Migrator(loop, database.settings).prepare()
        try await database.session(loop) { session in
          _ = try await LoadTarget(loop, session, LoadPatience())
          var patience = LoadPatience()
          patience.lock = 50
          let run = try DatabaseRun(
            settings: testSettings("--rows", "5"), database: database.settings, patience: patience)
          let error = await #expect(throws: LoadError.self) { try await runLoad(run, on: loop) }
          #expect("\(try #require(error))".contains("another generator"))
        }
      }
    }
  }
}
