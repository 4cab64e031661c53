import EventLoop
import Postgres

/// Why the rows cannot go where they should.
enum LoadError: Error, CustomStringConvertible {
  case tableHasRows(highest: Int64)
  case anotherGenerator
  case idsRunOut(highest: Int64)

  var description: String {
    switch self {
    case .tableHasRows(let highest):
      "the table `customers` has rows already, up to id \(highest); "
        + "add --append to put more behind them, or --replace to remove them first"
    case .anotherGenerator: "another generator is loading into this database; wait until it is done"
    case .idsRunOut(let highest):
      "behind id \(highest) there are not enough ids left; use --replace or fewer --rows"
    }
  }
}

/// The table that rows are loaded into, behind a session that holds the generators' lock.
struct LoadTarget {
  private let session: PostgresSession
  /// The lock's key: `generator`, in the bytes of a bigint. Migrations have another one.
  private static let lockKey: Int64 = 0x6765_6E65_7261_746F

  /// Takes the lock, or throws if another generator has it. It is given back when the session ends.
  init(_ session: PostgresSession) async throws {
    self.session = session
    let rows = try await session.query("SELECT pg_try_advisory_lock(\(Self.lockKey))")
    guard rows.boolean(0, 0) == true else { throw LoadError.anotherGenerator }
  }

  /// Makes room for `count` rows and says which ids they get.
  ///
  /// The sequence goes past them before the first row comes, so that a load that is killed leaves nothing that
  /// would clash with the ids that others draw.
  func prepare(_ onRows: GeneratorSettings.OnRows, count: Int64) async throws -> ClosedRange<Int64> {
    var highest: Int64 = 0
    if let found = try await session.query("SELECT max(customer_id) FROM customers").integer(0, 0) {
      switch onRows {
      case .refuse: throw LoadError.tableHasRows(highest: found)
      case .append: highest = found
      case .replace: try await session.run(script: "TRUNCATE customers RESTART IDENTITY")
      }
    }
    let (last, overflow) = highest.addingReportingOverflow(count)
    if overflow { throw LoadError.idsRunOut(highest: highest) }
    _ = try await session.query(
      """
      SELECT setval(name, greatest(\(last), nextval(name)))
      FROM CAST(pg_get_serial_sequence('customers', 'customer_id') AS regclass) AS name
      """)
    return highest + 1...last
  }

  /// Tells the planner about the rows, which autovacuum would do a minute later.
  func settle() async throws {
    try await session.run(script: "SET statement_timeout = 0; ANALYZE customers")
  }
}
