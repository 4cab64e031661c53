import EventLoop
import Postgres

/// Holds a load up in the middle: rows with certain ids wait before they go into the table, until the gate is opened.
struct LoadGate {
  let loop: Loop
  let settings: ConnectionSettings

  /// Rows with these ids wait from now on. The table must be there.
  func close(at ids: [Int64]) async throws {
    let list = ids.map { "\($0)" }.joined(separator: ", ")
    try await run(
      """
      CREATE TABLE gate (shut boolean);
      INSERT INTO gate VALUES (true);
      CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        WHILE EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.01); END LOOP;
        RETURN NEW;
      END $$;
      CREATE TRIGGER gate BEFORE INSERT ON customers FOR EACH ROW WHEN (NEW.customer_id IN (\(list)))
      EXECUTE FUNCTION wait_at_gate();
      """)
  }

  /// Returns when so many rows wait.
  func waitForArrivals(_ count: Int64) async throws {
    let session = try await PostgresSession.connect(loop, settings)
    defer { session.close() }
    try await waitForCount(
      count, "pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'", session, loop)
  }

  /// Lets all go on.
  func open() async throws { try await run("DELETE FROM gate") }

  private func run(_ script: String) async throws {
    let session = try await PostgresSession.connect(loop, settings)
    defer { session.close() }
    try await session.run(script: script)
  }
}

/// What a test waited for did not come.
struct NobodyCame: Error {
  let what: String
}

/// Looks again and again until so many rows are there.
func waitForCount(_ count: Int64, _ rows: String, _ session: PostgresSession, _ loop: Loop) async throws {
  for _ in 0..<10_000 {
    if try await session.query("SELECT count(*) FROM \(raw: rows)").integer(0, 0) == count { return }
    try await loop.sleep(milliseconds: 5)
  }
  throw NobodyCame(what: rows)
}
