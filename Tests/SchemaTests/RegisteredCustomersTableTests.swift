import EventLoop
import Postgres
import Schema
import TestSupport
import Testing

/// What the migrated tables of registered customers hold together, foreign key or not.
@Suite struct RegisteredCustomersTableTests {
  private func migrated(
    _ body: @escaping @Sendable (PostgresSession, TestDatabase, Loop) async throws -> Void
  ) async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await Migrator(loop, database.settings).prepare()
        try await database.session(loop) { try await body($0, database, loop) }
      }
    }
  }

  private static let rows = """
    INSERT INTO phones (code, number) VALUES ('7', '9025163111'), ('7', '9025163112');
    INSERT INTO firstnames (firstname) VALUES ('Виктор');
    INSERT INTO customers (phone_id, firstname_id) VALUES (1, 1), (NULL, 1), (NULL, NULL);
    INSERT INTO favorites (user_id, item_id) VALUES (1, 10), (1, 11), (2, 10);
    INSERT INTO idempotency_keys (scope, key, request, status, answer, customer_id)
      VALUES ('x', 'a', '', 201, '{}', 1), ('x', 'b', '', 201, '{}', 2)
    """

  @Test(arguments: [
    ("INSERT INTO customers (phone_id) VALUES (1)", "23505", "customers_phone_key"),
    ("UPDATE customers SET phone_id = 1 WHERE customer_id = 2", "23505", "customers_phone_key"),
    ("INSERT INTO customers (phone_id) VALUES (9)", "23503", "customers_phone_fkey"),
    ("UPDATE customers SET phone_id = 9 WHERE customer_id = 2", "23503", "customers_phone_fkey"),
    ("INSERT INTO customers (firstname_id) VALUES (9)", "23503", "customers_firstname_fkey"),
    ("UPDATE customers SET firstname_id = 9", "23503", "customers_firstname_fkey"),
    ("DELETE FROM phones WHERE phone_id = 1", "23503", "customers_phone_fkey"),
    ("UPDATE phones SET phone_id = 9 WHERE phone_id = 1", "23503", "customers_phone_fkey"),
    ("DELETE FROM firstnames", "23503", "customers_firstname_fkey"),
    ("UPDATE firstnames SET firstname_id = 9", "23503", "customers_firstname_fkey"),
    ("INSERT INTO phones (code, number) VALUES ('7', '9025163111')", "23505", "phones_number_key"),
    ("INSERT INTO phones (code, number) VALUES ('07', '9025163111')", "23514", "phones_digits"),
    ("INSERT INTO phones (code, number) VALUES ('7', '902 516')", "23514", "phones_digits"),
    ("INSERT INTO firstnames (firstname) VALUES ('')", "23514", "firstnames_not_blank"),
    ("INSERT INTO firstnames (firstname) VALUES ('Виктор')", "23505", "firstnames_firstname_key"),
    ("INSERT INTO favorites (user_id, item_id) VALUES (1, 10)", "23505", "favorites_user_item_key"),
    ("INSERT INTO favorites (user_id, item_id) VALUES (9, 10)", "23503", "favorites_user_fkey"),
    (
      "INSERT INTO favorites (user_id, item_id, created_at) VALUES (1, 9, 'infinity')", "23514",
      "favorites_created_in_range"
    ),
  ])
  func whatDoesNotFitIsRefused(_ statement: String, _ state: String, _ constraint: String) async throws {
    try await migrated { session, _, _ in
      try await session.run(script: Self.rows)
      do {
        try await session.run(script: statement)
        Issue.record("was let in")
      } catch PostgresError.server(let message) {
        #expect(message.state.code == state)
        #expect(message.constraint == constraint)
      }
    }
  }

  @Test func aPhoneCanGoWithItsCustomer() async throws {
    try await migrated { session, _, _ in
      try await session.run(script: Self.rows)
      try await session.run(
        script: """
          WITH gone AS (DELETE FROM customers WHERE customer_id = 1 RETURNING phone_id)
          DELETE FROM phones USING gone WHERE phones.phone_id = gone.phone_id
          """)
      let left = try await session.query(
        """
        SELECT (SELECT count(*) FROM phones), (SELECT count(*) FROM favorites),
          (SELECT string_agg(key, ',') FROM idempotency_keys)
        """)
      #expect(left.integer(0, 0) == 1)
      #expect(left.integer(0, 1) == 1)
      #expect(left.text(0, 2) == "b")
    }
  }

  /// Who deletes a phone waits for who is about to take it, and then is refused.
  @Test func aPhoneThatIsBeingTakenStays() async throws {
    try await migrated { session, database, loop in
      try await session.run(script: Self.rows)
      try await session.run(script: "BEGIN; UPDATE customers SET phone_id = 2 WHERE customer_id = 2")
      let other = try await PostgresSession.connect(loop, database.settings)
      defer { other.close() }
      let process = Int64(other.backendProcess)
      async let deletion: Void = other.run(script: "DELETE FROM phones WHERE phone_id = 2")
      var isWaiting = false
      while !isWaiting {
        isWaiting =
          try await session.query("SELECT cardinality(pg_blocking_pids(\(process)::integer)) > 0").boolean(
            0, 0)
          ?? false
      }
      try await session.run(script: "COMMIT")
      do {
        try await deletion
        Issue.record("the phone is gone")
      } catch let error as PostgresError {
        #expect(error.state == "23503")
      }
      #expect(try await session.query("SELECT count(*) FROM phones").integer(0, 0) == 2)
    }
  }

  /// The table has its columns already: nothing of it is written again, whatever lies in it.
  @Test func noRowIsRewritten() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        func migrator(_ count: Int) -> Migrator {
          Migrator(loop, database.settings, known: Array(Migration.all.prefix(count)))
        }
        try await migrator(2).prepare()
        try await database.session(loop) { session in
          try await session.run(
            script: "INSERT INTO customers (first_name) SELECT 'x' FROM generate_series(1, 1000)")
          let state: SQL = """
            SELECT pg_relation_filenode('customers')::bigint, sum(xmin::text::bigint)::bigint FROM customers
            """
          let before = try await session.query(state)
          _ = try await migrator(3).run(.up)
          let after = try await session.query(state)
          #expect(before.integer(0, 0) == after.integer(0, 0))
          #expect(before.integer(0, 1) == after.integer(0, 1))

          try await session.run(
            script: """
              INSERT INTO phones (phone_id, code, number) VALUES (1, '7', '9025163111');
              UPDATE customers SET phone_id = 1 WHERE customer_id = 1
              """)
          _ = try await migrator(3).run(.redo)
          #expect(try await session.query("SELECT count(phone_id) FROM customers").integer(0, 0) == 0)
        }
      }
    }
  }
}
