import Foundation
import TestSupport

/// A database of one test, spoken to through PostgreSQL's own `psql`: nothing of ours takes part in what the tests
/// compare with.
final class Database {
  /// How the programs reach it.
  let url: String
  private unowned let stage: Stage

  /// The columns of an export, times as it writes them.
  private static let columns = """
    customer_id, first_name, last_name, date_of_birth, email, \
    to_char(last_login_dt AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') AS last_login_dt, last_login_ip, \
    country_origin, home_country, home_city, home_street, home_building_number, work_country, work_city, \
    work_street, work_building_number, mobile_phone, home_phone, work_phone
    """

  /// PostgreSQL's own CSV of the customers, which an export has to equal byte for byte.
  static let csvQuery =
    "COPY (SELECT \(columns) FROM customers ORDER BY customer_id) TO STDOUT (FORMAT csv, HEADER)"

  /// The customers as objects of JSON, one a line, in PostgreSQL's own way of writing.
  static let jsonQuery =
    "SELECT row_to_json(c) FROM (SELECT \(columns) FROM customers ORDER BY customer_id) AS c"

  init(_ url: String, _ stage: Stage) {
    self.url = url
    self.stage = stage
  }

  /// The answer of a query: rows a line, cells with `|` between.
  @discardableResult
  func query(_ sql: String, within seconds: Double = 120) throws -> String {
    let output = try psql(sql, within: seconds).output
    return output.hasSuffix("\n") ? String(output.dropLast()) : output
  }

  /// The answer of a query that has a single number.
  func number(_ sql: String) throws -> Int {
    let text = try query(sql)
    guard let number = Int(text) else { throw TestFailure("\(sql) gave \(text), which is no number") }
    return number
  }

  /// The customers as PostgreSQL writes them.
  func csv() throws -> Data {
    try psql(Self.csvQuery, within: Scale.patience).outputData
  }

  /// Runs the statements of a file.
  func run(file: String) throws { _ = try psql(file, option: "-f", within: 120) }

  /// A session of its own that takes a place and runs `statements` until it is ended. PostgreSQL looks whether it is
  /// still there: by itself it would let a session sleep on that nobody listens to.
  func hold(_ statements: String) throws -> ChildProcess {
    var child: ChildProcess?
    return try wait(for: "a session to hold") {
      let session =
        try child
        ?? stage.start([
          try psqlPath.get(), "-XqAt", "-d", url, "-c", "SET client_connection_check_interval = 50", "-c",
          statements, "-c", "SELECT 'holding'", "-c", "SELECT pg_sleep(600)",
        ])
      child = session
      if session.output.contains("holding") { return session }
      guard !session.isRunning else { return nil }
      // The place of a session that has just ended may not be free yet.
      guard session.errors.contains("too many clients") else { throw TestFailure("psql: \(session.errors)") }
      child = nil
      return nil
    }
  }

  /// Starts a session that runs these statements, and does not wait for it.
  func start(_ sql: String, option: String = "-c") throws -> ChildProcess {
    try stage.start([try psqlPath.get(), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url, option, sql])
  }

  private func psql(_ what: String, option: String = "-c", within seconds: Double) throws -> ChildProcess {
    let child = try start(what, option: option)
    let ending = try child.waitForEnd(within: seconds)
    guard ending == .exited(0) else { throw TestFailure("psql: \(child.errors)") }
    return child
  }
}

/// Not Debian's `psql`, which is a script that looks for this one and takes longer than most queries.
private let psqlPath: Result<String, any Error> = Result {
  let root = "/usr/lib/postgresql"
  let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
  let paths: [String] = versions.sorted { $0.compare($1, options: .numeric) == .orderedAscending }
    .map { "\(root)/\($0)/bin/psql" }.filter { access($0, X_OK) == 0 }
  guard let path = paths.last else { throw TestFailure("psql is missing; scripts/setup installs it") }
  return path
}

extension Stage {
  /// A database without anything in it, on the shared server or on `cluster`.
  func emptyDatabase(on cluster: Cluster? = nil, encoding: String = "UTF8") throws -> Database {
    let url = try cluster?.url ?? Cluster.sharedURL.get()
    let server = Database(url, self)
    let name = "process_test_\(UInt64.random(in: 0 ... .max))"
    try server.query("CREATE DATABASE \(name) TEMPLATE template0 ENCODING '\(encoding)' LOCALE 'C'")
    // The children are gone by then; whoever else is connected is not asked.
    finally { _ = try? server.query("DROP DATABASE \(name) WITH (FORCE)") }
    return Database(replaceDatabase(in: url, by: name), self)
  }

  /// A database with the customers table, and that many customers with ids from 1.
  func database(rows: Int = 0, on cluster: Cluster? = nil) throws -> Database {
    let database = try emptyDatabase(on: cluster)
    let migration = try run(.server, [database.url, "migrate", "up"])
    guard migration.ending == .exited(0) else { throw TestFailure("migrate up: \(migration.errors)") }
    if rows > 0 { try database.add(rows: rows) }
    return database
  }

  /// The same on a cluster of the test's own, which takes it along in the end.
  func database(rows: Int = 0, on cluster: PrivateCluster) throws -> Database {
    let database = Database("postgresql:///postgres?host=\(cluster.socketFolder)&user=postgres", self)
    let migration = try run(.server, [database.url, "migrate", "up"])
    guard migration.ending == .exited(0) else { throw TestFailure("migrate up: \(migration.errors)") }
    if rows > 0 { try database.add(rows: rows) }
    return database
  }
}

/// The same server, another database.
private func replaceDatabase(in url: String, by name: String) -> String {
  guard let scheme = url.range(of: "://") else { return "\(url) dbname=\(name)" }
  let query = url[scheme.upperBound...].firstIndex(of: "?") ?? url.endIndex
  let authority = url[scheme.upperBound..<query].prefix { $0 != "/" }
  return "\(url[..<authority.endIndex])/\(name)\(url[query...])"
}
