import Postgres

/// The SQL of favorites.
///
/// Statements are planned without their values, so there is one for each way to find rows, and each says by its form
/// which index it goes by. Where there are several filters, the others are looked at row by row.
enum FavoriteQueries {
  private static let columns = "favorite_id, user_id, item_id, created_at"
  /// Where added rows say whether they are new.
  static let newColumn = 4

  // MARK: Lists

  /// Rows above `$1`, at most `$2`.
  static let page = PreparedStatement(
    "favorites_page",
    "SELECT \(columns) FROM favorites WHERE favorite_id > $1 ORDER BY favorite_id LIMIT $2")

  /// The same after `$3` rows that are passed over by their keys alone.
  static let deepPage = PreparedStatement(
    "favorites_deep_page",
    """
    SELECT \(columns) FROM (
      SELECT favorite_id FROM favorites WHERE favorite_id > $1 ORDER BY favorite_id LIMIT $2 OFFSET $3
    ) AS page JOIN favorites USING (favorite_id) ORDER BY favorite_id
    """)

  /// What chooses rows beside the way that they are found by. The values of all filters have these places everywhere:
  /// behind above, limit and offset come id, users, items, the first moment and the first one that is too late.
  private enum Filter {
    static let users = "($5::bigint[] IS NULL OR user_id = ANY ($5))"
    static let items = "($6::bigint[] IS NULL OR item_id = ANY ($6))"
    static let time = "($7::timestamptz IS NULL OR (created_at >= $7 AND created_at < $8::timestamptz))"
    static let id = "($4::bigint IS NULL OR favorite_id = $4)"
    static let window = "LIMIT $2::bigint OFFSET $3::bigint"
  }

  /// A way to find favorites: a list and its count.
  struct Way: Sendable {
    let list: PreparedStatement
    let count: PreparedStatement
  }

  /// By id.
  static let byID = way(
    "favorites_by_id", "favorites_by_id_count",
    where: "favorite_id = $4::bigint AND \(Filter.users) AND \(Filter.items) AND \(Filter.time)")

  /// By users, who have few of them each.
  static let byUsers = way(
    "favorites_by_users", "favorites_by_users_count",
    where: "user_id = ANY ($5::bigint[]) AND \(Filter.id) AND \(Filter.items) AND \(Filter.time)")

  /// By time.
  static let byTime = way(
    "favorites_by_time", "favorites_by_time_count",
    where:
      "created_at >= $7::timestamptz AND created_at < $8::timestamptz AND \(Filter.id) AND \(Filter.users) "
      + "AND \(Filter.items)")

  /// By items. Millions may like one: each item gives no more rows, in their order, than the page can need.
  static let byItems = Way(
    list: PreparedStatement(
      "favorites_by_items",
      """
      SELECT \(columns) FROM (
        SELECT favorite_id FROM unnest($6::bigint[]) AS wanted (item) CROSS JOIN LATERAL (
          SELECT favorite_id FROM favorites
          WHERE item_id = wanted.item AND favorite_id > $1::bigint AND \(Filter.id) AND \(Filter.users)
            AND \(Filter.time)
          ORDER BY favorite_id LIMIT $2::bigint + $3::bigint
        ) AS one ORDER BY favorite_id \(Filter.window)
      ) AS page JOIN favorites USING (favorite_id) ORDER BY favorite_id
      """),
    count: counting(
      "favorites_by_items_count",
      "item_id = ANY ($6::bigint[]) AND \(Filter.id) AND \(Filter.users) AND \(Filter.time)"))

  private static func way(_ list: StaticString, _ count: StaticString, where condition: String) -> Way {
    Way(
      list: PreparedStatement(
        list,
        """
        SELECT \(columns) FROM favorites WHERE favorite_id > $1::bigint AND \(condition)
        ORDER BY favorite_id \(Filter.window)
        """), count: counting(count, condition))
  }

  /// At most `$2` are counted. The other two are there for the places of the filters.
  private static func counting(_ name: StaticString, _ condition: String) -> PreparedStatement {
    PreparedStatement(
      name,
      """
      SELECT count(*) FROM (
        SELECT FROM favorites WHERE favorite_id > $1::bigint AND \(condition) \(Filter.window)) AS found
      """)
  }

  static let count = PreparedStatement("favorites_count", "SELECT count(*) FROM favorites")

  static let estimate = PreparedStatement(
    "favorites_estimate", "SELECT reltuples::bigint FROM pg_class WHERE oid = 'favorites'::regclass")

  /// Asks the planner how many favorites `filter` chooses; unlike prepared statements it is told the values.
  static func plan(_ filter: FavoriteFilter) -> SQL {
    let values = filter.values(above: .min, limit: .max, offset: 0)
    return """
      EXPLAIN SELECT FROM favorites
      WHERE (\(values[3])::bigint IS NULL OR favorite_id = \(values[3])::bigint)
        AND (\(values[4])::bigint[] IS NULL OR user_id = ANY (\(values[4])::bigint[]))
        AND (\(values[5])::bigint[] IS NULL OR item_id = ANY (\(values[5])::bigint[]))
        AND (\(values[6])::timestamptz IS NULL
          OR created_at >= \(values[6])::timestamptz AND created_at < \(values[7])::timestamptz)
      """
  }

  /// The rows that the first line of a plan speaks of: `… (cost=0.43..8.45 rows=12 width=0)`.
  static func rows(ofPlan line: String) -> Int64? {
    line.split(separator: " ").first { $0.hasPrefix("rows=") }.flatMap { Int64($0.dropFirst(5)) }
  }

  // MARK: Writing

  /// Adds item `$2` to the favorites of user `$1`, unless it is there. Gives the row and whether it is new; no row if
  /// another one adds it at this moment.
  static let add = PreparedStatement("favorite_add", adding())

  /// The same with an answer that is kept: scope, key and digest follow.
  static let addOnce = PreparedStatement(
    "favorite_add_once",
    adding(
      keeping: KeptAnswers.keep(
        "shown", customer: "user_id", status: "CASE WHEN is_new THEN 201 ELSE 200 END", from: 3)))

  /// Adds the items `$2` to the favorites of the users `$1`, pair by pair. Gives the place of each pair from 1, its row
  /// and whether it is new; nothing for those whose user there is not. Always in the same order, so that two such
  /// statements do not wait for each other.
  static let addSeveral = PreparedStatement(
    "favorites_add_several",
    """
    WITH wanted AS MATERIALIZED (
      SELECT user_id, item_id, place FROM unnest($1::bigint[], $2::bigint[])
      WITH ORDINALITY AS pairs (user_id, item_id, place)),
    added AS (
      INSERT INTO favorites (user_id, item_id)
      SELECT DISTINCT user_id, item_id FROM wanted JOIN customers ON customer_id = user_id ORDER BY user_id, item_id
      ON CONFLICT (user_id, item_id) DO NOTHING RETURNING \(columns), true AS is_new)
    SELECT \(columns), is_new, place FROM added JOIN wanted USING (user_id, item_id)
    UNION ALL
    SELECT \(columns), false, place FROM favorites JOIN wanted USING (user_id, item_id)
    """)

  private static func adding(keeping: String? = nil) -> String {
    """
    WITH added AS (
      INSERT INTO favorites (user_id, item_id) VALUES ($1::bigint, $2::bigint)
      ON CONFLICT (user_id, item_id) DO NOTHING RETURNING \(columns), true AS is_new),
    shown AS (
      SELECT * FROM added
      UNION ALL
      SELECT \(columns), false FROM favorites WHERE user_id = $1 AND item_id = $2
    )\(keeping.map { ",\n\($0)" } ?? "")
    SELECT \(columns), is_new FROM shown
    """
  }

  /// Removes the rows with the ids `$1`. In the order of their ids, so that two that remove the same ones do not wait
  /// for each other.
  static let remove = PreparedStatement(
    "favorites_remove",
    """
    WITH wanted AS MATERIALIZED (
      SELECT favorite_id FROM favorites WHERE favorite_id = ANY ($1::bigint[]) ORDER BY favorite_id FOR UPDATE)
    DELETE FROM favorites USING wanted WHERE favorites.favorite_id = wanted.favorite_id
    """)

  static let kept = PreparedStatement(
    "favorite_kept",
    KeptAnswers.find("favorite_id bigint, user_id bigint, item_id bigint, created_at timestamptz"))
}
