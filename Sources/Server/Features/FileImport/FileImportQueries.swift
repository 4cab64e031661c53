import Customers
import Postgres

/// The SQL of the import. It runs on a session of its own.
enum FileImportQueries {
  /// Where rows wait until all of them are here: nobody else sees them, they are not logged, and they go with the
  /// session. Nothing there limits how long an import may take; who holds the table for itself is not waited for long.
  static let begin = """
    SET statement_timeout = 0;
    SET lock_timeout = '10s';
    CREATE TEMPORARY TABLE import_rows AS SELECT \(Column.selectList) FROM customers WITH NO DATA;
    ALTER TABLE import_rows ADD COLUMN line bigint
    """

  static let copy = "COPY import_rows (\(Column.selectList), line) FROM STDIN (FORMAT binary)"

  /// From here to the end of the transaction no load can be announced and the watermark stays below new ids.
  static let lock = "LOCK TABLE customers IN ROW EXCLUSIVE MODE"

  // MARK: Ids that are taken

  // Each takes the rows out that it finds, which a transaction that does not commit puts back. It gives the first of them
  // and, in the last column, how many they are.

  /// Rows with the id of an earlier row of the file.
  static let doubled: SQL = """
    WITH gone AS (
      DELETE FROM import_rows USING (
        SELECT customer_id AS id, min(line) AS line FROM import_rows
        WHERE customer_id IS NOT NULL GROUP BY customer_id HAVING count(*) > 1
      ) AS first
      WHERE customer_id = first.id AND import_rows.line > first.line
      RETURNING import_rows.line, customer_id, first.line AS other)
    SELECT line, customer_id, other, count(*) OVER () FROM gone ORDER BY line LIMIT \(FileImportReport.mostErrors)
    """

  static func anyIsThere(_ ids: GivenIDs) -> SQL {
    "SELECT EXISTS (SELECT FROM customers WHERE customer_id BETWEEN \(ids.lowest) AND \(ids.highest))"
  }

  /// Rows with the id of a customer that is there.
  static let taken: SQL = """
    WITH gone AS (
      DELETE FROM import_rows USING customers WHERE import_rows.customer_id = customers.customer_id
      RETURNING line, import_rows.customer_id)
    SELECT line, customer_id, count(*) OVER () FROM gone ORDER BY line LIMIT \(FileImportReport.mostErrors)
    """

  static func anyIsPromised(_ ids: GivenIDs) -> SQL {
    """
    SELECT EXISTS (SELECT FROM loads
      WHERE finished_at IS NULL AND first_id <= \(ids.highest) AND last_id >= \(ids.lowest))
    """
  }

  /// Rows with an id that a load of the generator still has to fill, whether it is running or was killed.
  static let promised: SQL = """
    WITH gone AS (
      DELETE FROM import_rows USING loads
      WHERE finished_at IS NULL AND customer_id BETWEEN first_id AND last_id
      RETURNING line, customer_id)
    SELECT line, customer_id, count(*) OVER () FROM gone ORDER BY line LIMIT \(FileImportReport.mostErrors)
    """

  // MARK: Into the table

  static let highest: SQL = "SELECT max(customer_id) FROM import_rows"

  static let position: SQL = """
    SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM customers_customer_id_seq
    """

  /// Draws so many ids, to be left out: unlike `setval` that cannot collide with others who draw.
  static func draw(_ count: Int64) -> SQL {
    "SELECT max(nextval('customers_customer_id_seq')) FROM generate_series(1, \(count))"
  }

  /// Moves the sequence far ahead. One import at a time does so; those who draw one by one do not get there meanwhile.
  static func advance(to id: Int64) -> SQL {
    """
    SELECT setval('customers_customer_id_seq', greatest(\(id),
      (SELECT last_value FROM customers_customer_id_seq)))
    """
  }

  static let lockSequence: SQL = "SELECT pg_advisory_lock(\(sequenceKey))"
  static let unlockSequence: SQL = "SELECT pg_advisory_unlock(\(sequenceKey))"
  /// `importse`, in the bytes of a bigint; migrations and the generator have others.
  private static let sequenceKey: Int64 = 0x696D_706F_7274_7365

  /// Rows without an id draw one, in the order of the file.
  static let insert: SQL = """
    INSERT INTO customers (\(raw: Column.selectList), source)
    SELECT coalesce(customer_id, nextval('customers_customer_id_seq')), \(raw: otherColumns), 'import'
    FROM import_rows
    """

  private static let otherColumns =
    Column.allCases.filter { $0 != .customerID }.map { "\($0.name)" }.joined(separator: ", ")

  /// The planner learns at once how many rows there are now, from a few of them.
  static let analyze = "SET default_statistics_target = 10; ANALYZE (SKIP_LOCKED) customers (customer_id)"
}
