import Postgres

/// The SQL of the import.
enum ImportQueries {
  /// What it is called in `imports`, and its customers in `customers.source`.
  static let kind = "customers"
  static let source = "mssql"

  /// Held by the session of whoever imports, all servers of a database together: "Import" in ASCII.
  static let lockKey: Int64 = 0x49_6D_70_6F_72_74

  /// Rows of a batch, and every id that this attempt has met with the line where it stood first.
  static let workTables = """
    CREATE TEMPORARY TABLE IF NOT EXISTS import_rows (\(StagedBatch.columns)) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS import_seen (ref text PRIMARY KEY, line bigint NOT NULL);
    TRUNCATE import_seen;
    """

  static let copy = "COPY import_rows FROM STDIN (FORMAT binary)"

  /// Merges what lies in `import_rows` into phones, first names and customers, and notes what cannot be merged.
  ///
  /// All parts of the statement see the tables as they were before it, which is what makes the order of its rows
  /// irrelevant: a phone that one row gives up is still taken for another one, and free in the next import.
  ///
  /// Customers are looked up by subqueries, which can only go through their indexes, one row at a time. Joins were
  /// planned as loops over all of them in a table that PostgreSQL has not analyzed yet, as in a first import.
  ///
  /// - Parameter room: how many findings may still be kept.
  static func merge(_ fields: [SourceField], into importID: Int64, room: Int64) -> SQL {
    let targets = fields.flatMap(\.targets)
    let columns = targets.map(\.column).joined(separator: ", ")
    let values = targets.map(\.value).joined(separator: ", ")
    let old = targets.map { "was.\($0.column)" }.joined(separator: ", ")
    return """
      WITH sound AS MATERIALIZED (
        SELECT DISTINCT ON (ref) * FROM import_rows WHERE fault IS NULL ORDER BY ref, line
      ), first AS (
        INSERT INTO import_seen (ref, line) SELECT ref, line FROM sound ON CONFLICT DO NOTHING RETURNING ref
      ), fresh AS MATERIALIZED (
        SELECT sound.* FROM sound JOIN first USING (ref)
      ), \(raw: phones), \(raw: names), joined AS MATERIALIZED (
        SELECT fresh.*, phone.phone_id, name.firstname_id,
          (SELECT own.customer_id FROM customers AS own
            WHERE own.source = '\(raw: source)' AND own.source_ref = fresh.ref) AS customer_id,
          (SELECT owner.customer_id FROM customers AS owner WHERE owner.phone_id = phone.phone_id) AS owner_id,
          row_number() OVER (PARTITION BY phone.phone_id ORDER BY fresh.line) AS turn,
          min(fresh.line) OVER (PARTITION BY phone.phone_id) AS first_line
        FROM fresh
        LEFT JOIN phone USING (code, number)
        LEFT JOIN name USING (firstname)
      ), entry AS MATERIALIZED (
        SELECT *, CASE
          WHEN phone_id IS NULL OR owner_id = customer_id THEN NULL
          WHEN owner_id IS NOT NULL THEN
            format('phone: +%s%s is that of customer %s already', code, number, owner_id)
          WHEN turn > 1 THEN format('phone: +%s%s is that of row %s too', code, number, first_line)
          END AS clash
        FROM joined
      ), updated AS (
        UPDATE customers AS was SET (\(raw: columns)) = ROW(\(raw: values)) FROM entry
        WHERE was.customer_id = entry.customer_id AND entry.clash IS NULL
          AND ROW(\(raw: old)) IS DISTINCT FROM ROW(\(raw: values))
        RETURNING was.customer_id
      ), inserted AS (
        INSERT INTO customers (source, source_ref, \(raw: columns))
        SELECT '\(raw: source)', entry.ref, \(raw: values) FROM entry
        WHERE entry.customer_id IS NULL AND entry.clash IS NULL ORDER BY entry.line
        RETURNING customer_id
      ), \(raw: rejections), noted AS (
        INSERT INTO import_findings (import_id, line, source_ref, reason)
        SELECT \(importID), line, left(ref, 200), left(reason, 1000) FROM rejected ORDER BY line LIMIT \(room)
        RETURNING line
      )
      SELECT (SELECT count(*) FROM import_rows), (SELECT count(*) FROM inserted),
        (SELECT count(*) FROM updated), (SELECT count(*) FROM rejected), (SELECT count(*) FROM noted)
      """
  }

  /// The phones of the batch with their ids. One that somebody else adds at the same time is not seen, and only the
  /// update gives its id.
  private static let phones = """
    wanted_phone AS (
      SELECT DISTINCT code, number FROM fresh WHERE number IS NOT NULL
    ), known_phone AS (
      SELECT phone_id, code::text, number::text FROM phones
      WHERE (code, number) IN (SELECT code, number FROM wanted_phone)
    ), new_phone AS (
      INSERT INTO phones (code, number)
      SELECT code, number FROM wanted_phone EXCEPT SELECT code, number FROM known_phone ORDER BY 1, 2
      ON CONFLICT (code, number) DO UPDATE SET number = excluded.number
      RETURNING phone_id, code::text, number::text
    ), phone AS MATERIALIZED (
      SELECT * FROM known_phone UNION ALL SELECT * FROM new_phone
    )
    """

  /// The first names of the batch, in the same way.
  private static let names = """
    wanted_name AS (
      SELECT DISTINCT firstname FROM fresh WHERE firstname IS NOT NULL
    ), known_name AS (
      SELECT firstname_id, firstname::text FROM firstnames
      WHERE firstname IN (SELECT firstname FROM wanted_name)
    ), new_name AS (
      INSERT INTO firstnames (firstname)
      SELECT firstname FROM wanted_name EXCEPT SELECT firstname FROM known_name ORDER BY 1
      ON CONFLICT (firstname) DO UPDATE SET firstname = excluded.firstname
      RETURNING firstname_id, firstname::text
    ), name AS MATERIALIZED (
      SELECT * FROM known_name UNION ALL SELECT * FROM new_name
    )
    """

  private static let rejections = """
    rejected AS MATERIALIZED (
      SELECT line, ref, fault AS reason FROM import_rows WHERE fault IS NOT NULL
      UNION ALL SELECT line, ref, clash FROM entry WHERE clash IS NOT NULL
      UNION ALL SELECT again.line, again.ref, format('id: %s stands in row %s already', again.ref,
        coalesce((SELECT line FROM import_seen WHERE ref = again.ref), (SELECT line FROM sound WHERE ref = again.ref)))
      FROM import_rows AS again LEFT JOIN fresh USING (line) WHERE again.fault IS NULL AND fresh.line IS NULL
    )
    """

  // MARK: What is written down of an import

  /// Ends the records of imports whose server is gone: to be called under the lock alone.
  static let endOrphans: SQL = """
    UPDATE imports SET state = 'interrupted', finished_at = clock_timestamp(),
      message = 'the server that ran it is gone'
    WHERE kind = \(kind) AND state = 'running'
    """

  static let begin: SQL = "INSERT INTO imports (kind) VALUES (\(kind)) RETURNING import_id"

  /// Forgets what earlier imports found; the records themselves are short, and stay.
  static let forgetOldFindings: SQL = """
    DELETE FROM import_findings WHERE import_id IN (
      SELECT import_id FROM imports WHERE kind = \(kind) ORDER BY import_id DESC OFFSET \(keptFindings))
    """

  /// Imports whose findings are kept.
  private static let keptFindings: Int64 = 20

  static func forgetFindings(of importID: Int64) -> SQL {
    "DELETE FROM import_findings WHERE import_id = \(importID)"
  }

  static func progress(_ importID: Int64, attempt: Int, _ counts: ImportCounts) -> SQL {
    """
    UPDATE imports SET attempt = \(Int32(clamping: attempt)), read = \(counts.read), inserted = \(counts.inserted),
      updated = \(counts.updated), unchanged = \(counts.unchanged), rejected = \(counts.rejected),
      changed_at = clock_timestamp()
    WHERE import_id = \(importID)
    """
  }

  static func note(_ importID: Int64, _ message: String) -> SQL {
    "UPDATE imports SET message = left(\(message), 2000), changed_at = clock_timestamp() WHERE import_id = \(importID)"
  }

  static func end(_ importID: Int64, state: String, message: String?) -> SQL {
    """
    UPDATE imports SET state = \(state), message = left(\(message), 2000), changed_at = clock_timestamp(),
      finished_at = clock_timestamp()
    WHERE import_id = \(importID)
    """
  }

  /// The last import, of whatever server.
  static let last: SQL = """
    SELECT import_id, state, attempt, read, inserted, updated, rejected, message,
      to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    FROM imports WHERE kind = \(kind) ORDER BY import_id DESC LIMIT 1
    """

  /// The first findings of an import, in the source's order.
  static let findings = PreparedStatement(
    "import_findings",
    "SELECT line, source_ref, reason FROM import_findings WHERE import_id = $1 ORDER BY line, finding_id LIMIT $2"
  )
}
