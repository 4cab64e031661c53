import Postgres

/// The SQL of favorites.
///
/// Statements are planned without their values, and then PostgreSQL takes a page for a tenth of all rows. So lists are
/// found in two steps that leave it no choice: the keys of a page by the one index that has them, as an array, and then
/// the rows of that array.
enum FavoriteQueries {
  private static let columns = "favorite_id, user_id, item_id, created_at"
  /// Where added rows say whether they are new.
  static let newColumn = 4

  // MARK: Lists

  /// Rows above `$1`, at most `$2`.
  static let page = PreparedStatement(
    "favorites_page",
    "SELECT \(columns) FROM favorites WHERE favorite_id > $1 ORDER BY favorite_id LIMIT $2")

  /// The same after `$3` rows that are passed over.
  static let deepPage = PreparedStatement(
    "favorites_deep_page",
    list("SELECT favorite_id FROM favorites WHERE favorite_id > $1 ORDER BY favorite_id LIMIT $2 OFFSET $3"))

  /// A way to find favorites: above `$1`, at most `$2`, after `$3` others, with the filter's values from `$4` on; and to
  /// count at most `$2` of them.
  struct Way: Sendable {
    let list: PreparedStatement
    let count: PreparedStatement
    /// True if a page takes well under a millisecond, as far as its offset allows.
    var isQuick = true
  }

  /// By id; users, items and time may choose as well.
  static let byID = way(
    "favorites_by_id", "favorites_by_id_count",
    """
    favorite_id = $4::bigint AND ($5::bigint[] IS NULL OR user_id = ANY ($5))
    AND ($6::bigint[] IS NULL OR item_id = ANY ($6))
    AND ($7::timestamptz IS NULL OR (created_at >= $7 AND created_at < $8::timestamptz))
    """)

  /// By users, who have few of them each; items and time may choose as well.
  static let byUsers = way(
    "favorites_by_users", "favorites_by_users_count",
    """
    user_id = ANY ($4::bigint[]) AND ($5::bigint[] IS NULL OR item_id = ANY ($5))
    AND ($6::timestamptz IS NULL OR (created_at >= $6 AND created_at < $7::timestamptz))
    """)

  /// By time, by the index alone.
  static let byTime = way(
    "favorites_by_time", "favorites_by_time_count",
    "created_at >= $4::timestamptz AND created_at < $5::timestamptz", isQuick: false)

  /// By time and items: those of a day at most, looked at one by one. The sum keeps the index of items out of it, which
  /// would give all of an item's.
  static let byTimeAndItems = way(
    "favorites_by_time_and_items", "favorites_by_time_and_items_count",
    "created_at >= $4::timestamptz AND created_at < $5::timestamptz AND item_id + 0 = ANY ($6::bigint[])",
    isQuick: false)

  /// By items. Millions may like one: each item gives no more keys, in their order, than the page can need.
  static let byItems = Way(
    list: PreparedStatement(
      "favorites_by_items",
      list(
        """
        SELECT favorite_id FROM unnest($4::bigint[]) AS wanted (item) CROSS JOIN LATERAL (
          SELECT favorite_id FROM favorites WHERE item_id = wanted.item AND favorite_id > $1::bigint
          ORDER BY favorite_id LIMIT $2::bigint + $3::bigint
        ) AS one ORDER BY favorite_id LIMIT $2::bigint OFFSET $3::bigint
        """)),
    count: counting("favorites_by_items_count", "item_id = ANY ($4::bigint[])"))

  private static func way(
    _ list: StaticString, _ count: StaticString, _ condition: String, isQuick: Bool = true
  ) -> Way {
    // Without OFFSET 0 the planner would rather go through all favorites in their order.
    Way(
      list: PreparedStatement(
        list,
        self.list(
          """
          SELECT favorite_id FROM (
            SELECT favorite_id FROM favorites WHERE favorite_id > $1::bigint AND \(condition) OFFSET 0
          ) AS found ORDER BY favorite_id LIMIT $2::bigint OFFSET $3::bigint
          """)), count: counting(count, condition), isQuick: isQuick)
  }

  private static func list(_ keys: String) -> String {
    "SELECT \(columns) FROM favorites WHERE favorite_id = ANY (ARRAY(\(keys))) ORDER BY favorite_id"
  }

  private static func counting(_ name: StaticString, _ condition: String) -> PreparedStatement {
    PreparedStatement(
      name,
      """
      SELECT count(*) FROM (
        SELECT FROM favorites WHERE favorite_id > $1::bigint AND \(condition) LIMIT $2::bigint OFFSET $3::bigint
      ) AS found
      """)
  }

  static let counts = CountStatements(
    few: PreparedStatement(
      "favorites_count_few",
      "SELECT count(*) FROM (SELECT FROM favorites LIMIT \(TableCount.cheapRows + 1)) AS few"),
    all: PreparedStatement("favorites_count", "SELECT count(*) FROM favorites"),
    plan: PreparedStatement("favorites_plan", "EXPLAIN SELECT FROM favorites"))

  /// Asks the planner how many favorites there are of these items and this time; unlike prepared statements it is told
  /// the values. Of users and ids nobody has so many that they are not counted.
  static func plan(_ filter: FavoriteFilter) -> SQL {
    let start = Value.optional(filter.created?.start, Value.timestamp)
    let end = Value.optional(filter.created.map { $0.start + $0.length }, Value.timestamp)
    let items = Value.optional(filter.items) { .bigints($0) }
    return """
      EXPLAIN SELECT FROM favorites WHERE (\(items)::bigint[] IS NULL OR item_id = ANY (\(items)::bigint[]))
        AND (\(start)::timestamptz IS NULL OR created_at >= \(start)::timestamptz AND created_at < \(end)::timestamptz)
      """
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
