import Customers
import EventLoop
import Meters
import Postgres
import TestSupport

@testable import Generator

/// Runs a load to its end.
func runLoad(_ run: DatabaseRun, on loop: Loop) async throws {
  let progress = RunProgress(loop, total: run.settings.rows, program: "generator")
  defer { progress.end() }
  try await run.run(on: loop, progress)
}

func runLoad(_ settings: GeneratorSettings, into database: TestDatabase, on loop: Loop) async throws {
  try await runLoad(DatabaseRun(settings: settings, database: database.settings), on: loop)
}

/// All rows in id order, each as one text.
func rows(_ database: TestDatabase, _ loop: Loop) async throws -> [String] {
  try await database.session(loop) { session in
    let rows = try await session.query(
      "SELECT row(\(raw: Column.selectList), source)::text FROM customers ORDER BY customer_id")
    return (0..<rows.count).map { rows.text($0, 0) ?? "" }
  }
}

/// Number of rows and a hash of all of them, in id order.
func tableDigest(_ session: PostgresSession) async throws -> String {
  let rows = try await session.query(
    "SELECT count(*) || ' ' || md5(string_agg(md5(c::text), '' ORDER BY customer_id)) FROM customers AS c")
  return rows.text(0, 0) ?? ""
}

func number(_ sql: SQL, _ database: TestDatabase, _ loop: Loop) async throws -> Int64? {
  try await database.session(loop) { try await $0.query(sql).integer(0, 0) }
}
