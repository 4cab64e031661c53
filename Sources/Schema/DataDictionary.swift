public import Postgres

/// What a database holds, table by table, in Markdown: read from its own catalog, so it cannot say what is not so.
public struct DataDictionary: Sendable {
  /// The page.
  public let markdown: String

  /// Reads the catalog of the database that `session` is in.
  public init(_ session: PostgresSession) async throws {
    let tables = try await session.query("\(raw: Self.tables)")
    var parts = [Self.introduction]
    for row in 0..<tables.count {
      parts.append(
        try await Self.section(
          tables.integer(row, 0) ?? 0, tables.text(row, 1) ?? "", tables.text(row, 2), session))
    }
    markdown = parts.joined(separator: "\n")
  }

  private static let introduction = """
    # The data dictionary

    Every table of the database and every column, as the migrations leave them. `scripts/objects` makes this page from a
    database that they have just made; a test compares the two. The table `schema_migrations`, in which the migrator keeps
    what it has applied, is left out.

    """

  /// In the order in which they were made.
  private static let tables = """
    SELECT oid::bigint, relname::text, obj_description(oid, 'pg_class') FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'schema_migrations' ORDER BY oid
    """

  private static func section(
    _ table: Int64, _ name: String, _ description: String?, _ session: PostgresSession
  ) async throws -> String {
    var lines = ["## \(name)", ""]
    if let description { lines += [description, ""] }
    lines += ["| column | type | null | what it is |", "| --- | --- | --- | --- |"]
    let columns = try await session.query(
      """
      SELECT attname::text, format_type(atttypid, atttypmod), attnotnull, attidentity <> '',
        pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)
      FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      WHERE attrelid = \(table)::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum
      """)
    for row in 0..<columns.count {
      var type = "`\(columns.text(row, 1) ?? "")`"
      if columns.boolean(row, 3) == true { type += ", counted up" }
      if let value = columns.text(row, 4) { type += ", `\(value)` if left out" }
      let cells = [
        "`\(columns.text(row, 0) ?? "")`", type, columns.boolean(row, 2) == true ? "no" : "yes",
        columns.text(row, 5) ?? "",
      ]
      lines.append("| \(cells.joined(separator: " | ")) |")
    }
    lines.append("")
    let rules = try await session.query(rules(of: table))
    for row in 0..<rules.count {
      lines.append("- `\(rules.text(row, 0) ?? "")`: `\(rules.text(row, 1) ?? "")`")
    }
    if rules.count > 0 { lines.append("") }
    return lines.joined(separator: "\n")
  }

  /// Constraints, indexes of no constraint and triggers, each kind by its names.
  private static func rules(of table: Int64) -> SQL {
    """
    SELECT name::text, what FROM (
      SELECT 1 AS kind, conname AS name, pg_get_constraintdef(oid) AS what
      FROM pg_constraint WHERE conrelid = \(table)::oid AND contype <> 't'
      UNION ALL
      SELECT 2, relname, pg_get_indexdef(indexrelid)
      FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
      WHERE indrelid = \(table)::oid AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
      UNION ALL
      SELECT 3, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = \(table)::oid AND NOT tgisinternal
    ) AS rules ORDER BY kind, name
    """
  }
}
