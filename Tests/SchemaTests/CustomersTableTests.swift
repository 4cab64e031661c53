import Customers
import EventLoop
import Postgres
import Schema
import TestSupport
import Testing

/// The migrated table against the description in the code, and what it lets in.
@Suite struct CustomersTableTests {
  private func migrated(_ body: @escaping @Sendable (PostgresSession) async throws -> Void) async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await Migrator(loop, database.settings).prepare()
        try await database.session(loop) { try await body($0) }
      }
    }
  }

  @Test func theColumnsAreThoseOfTheCode() async throws {
    try await migrated { session in
      let rows = try await session.query(
        """
        SELECT attname::text, format_type(atttypid, atttypmod), attnotnull
        FROM pg_attribute WHERE attrelid = 'customers'::regclass AND attnum > 0 ORDER BY attnum
        """)
      let table = (0..<rows.count).map { "\(rows.text($0, 0) ?? "") \(rows.text($0, 1) ?? "")" }
      let code = Column.allCases.map { column in
        switch column.kind {
        case .integer: "\(column.name) bigint"
        case .text(let limit): "\(column.name) character varying(\(limit))"
        case .date: "\(column.name) date"
        case .timestamp: "\(column.name) timestamp(3) with time zone"
        }
      }
      #expect(Array(table.prefix(code.count)) == code)
      #expect(
        Array(table.dropFirst(code.count)) == [
          "gender character varying(1)", "city_id bigint", "phone_id bigint", "firstname_id bigint",
          "source character varying(50)", "source_ref character varying(200)",
        ])
      let required = (0..<rows.count).filter { rows.boolean($0, 2) == true }
      #expect(required == [Column.customerID.rawValue])
    }
  }

  /// The columns that the code calls never blank are those that the CHECK on generated rows names.
  @Test func aGeneratedRowIsNeverBlankWhereTheCodeSaysSo() async throws {
    try await migrated { session in
      let texts = Column.allCases.filter { if case .text = $0.kind { true } else { false } }
      let names = texts.map { "\($0.name)" }.joined(separator: ", ")
      for column in texts {
        for blank in ["''", "NULL"] {
          let values = texts.map { $0 == column ? blank : "'x'" }.joined(separator: ", ")
          let insert = "INSERT INTO customers (\(names), source) VALUES (\(values), "
          let state = await failure(session, insert + "'generator')")
          #expect(state == (column.nullPercent == nil ? "23514" : nil), "\(column.name) \(blank)")
          #expect(await failure(session, insert + "'import')") == nil)
          #expect(await failure(session, insert + "NULL)") == nil)
        }
      }
    }
  }

  private static let bounds: [(column: String, value: String, state: String?)] = [
    ("customer_id", "1", nil), ("customer_id", "9223372036854775807", nil), ("customer_id", "0", "23514"),
    ("customer_id", "-1", "23514"), ("customer_id", "NULL", "23502"),
    ("date_of_birth", "'0001-01-01'", nil), ("date_of_birth", "'9999-12-31'", nil),
    ("date_of_birth", "'0001-12-31 BC'", "23514"), ("date_of_birth", "'10000-01-01'", "23514"),
    ("date_of_birth", "'infinity'", "23514"), ("date_of_birth", "'-infinity'", "23514"),
    ("last_login_dt", "'0001-01-01 00:00:00+00'", nil),
    ("last_login_dt", "'9999-12-31 23:59:59.999+00'", nil),
    ("last_login_dt", "'9999-12-31 23:59:59.9999+00'", "23514"),
    ("last_login_dt", "'9999-12-31 23:59:59-01'", "23514"),
    ("last_login_dt", "'0001-01-01 00:00:00+01'", "23514"),
    ("last_login_dt", "'infinity'", "23514"), ("last_login_dt", "'-infinity'", "23514"),
    ("gender", "'M'", nil), ("gender", "'F'", nil), ("gender", "'m'", "23514"), ("gender", "''", "23514"),
    ("home_street", "repeat('é', 10000)", nil), ("home_street", "repeat('x', 10001)", "22001"),
    ("first_name", "repeat('x', 201)", "22001"), ("last_login_ip", "repeat('x', 46)", "22001"),
    ("email", "''", nil),
  ]

  @Test func theTableBoundsItsValues() async throws {
    try await migrated { session in
      // Whatever the session's zone is.
      try await session.run(script: "SET TIME ZONE 'Pacific/Kiritimati'")
      for (column, value, state) in Self.bounds {
        let found = await failure(
          session, "DELETE FROM customers; INSERT INTO customers (\(column)) VALUES (\(value))")
        #expect(found == state, "\(column) \(value)")
      }
    }
  }

  @Test func sourceAndReferenceAreUniqueTogether() async throws {
    try await migrated { session in
      let insert = "INSERT INTO customers (source, source_ref) VALUES "
      #expect(await failure(session, insert + "('mssql', '1'), ('mssql', '2'), ('other', '1')") == nil)
      #expect(await failure(session, insert + "('mssql', '1')") == "23505")
      #expect(await failure(session, insert + "('mssql', NULL), ('mssql', NULL), (NULL, NULL)") == nil)
    }
  }

  @Test func idsAreDrawnFromOneAndMayBeGiven() async throws {
    try await migrated { session in
      let first = try await session.query("INSERT INTO customers DEFAULT VALUES RETURNING customer_id")
      #expect(first.integer(0, 0) == 1)
      #expect(await failure(session, "INSERT INTO customers (customer_id) VALUES (7)") == nil)
      let sequence = try await session.query("SELECT pg_get_serial_sequence('customers', 'customer_id')")
      #expect(sequence.text(0, 0) == "public.customers_customer_id_seq")
    }
  }

  /// The SQLSTATE that `sql` fails with; nil if it does not.
  private func failure(_ session: PostgresSession, _ sql: String) async -> String? {
    do {
      try await session.run(script: sql)
      return nil
    } catch {
      return (error as? PostgresError)?.state?.code ?? "\(error)"
    }
  }
}
