import Postgres

/// The SQL of the registered customers.
///
/// They are rows of `customers` under other names (`firstname` is `first_name`, `birthday` is `date_of_birth`,
/// `last_auth_at` is `last_login_dt`), and their phones.
enum RegisteredCustomerQueries {
  // MARK: Columns

  /// The columns of one customer, in the order of ``RegisteredCustomerColumn``, each with the type that it has when it
  /// is read back from a kept answer.
  private static let columns: [(name: String, type: String)] = [
    ("customer_id", "bigint"), ("version", "bigint"), ("code", "varchar"), ("number", "varchar"),
    ("first_name", "varchar"), ("last_name", "varchar"), ("email", "varchar"), ("date_of_birth", "date"),
    ("gender", "varchar"), ("city_id", "bigint"), ("last_login_dt", "timestamptz"),
  ]

  /// Of the table: the transaction that wrote a row last names the row's state.
  private static let stored =
    "customer_id, customers.xmin::text::bigint AS version, first_name, last_name, email, date_of_birth, gender, "
    + "city_id, last_login_dt, customers.phone_id"

  private static let shown = columns.map(\.name).joined(separator: ", ")

  // MARK: Reading

  static let single = PreparedStatement("registered_customer", one("customers.customer_id = $1"))

  static let several = PreparedStatement(
    "registered_customers_by_id", one("customers.customer_id = ANY ($1::bigint[])"))

  private static func one(_ condition: String) -> String {
    """
    SELECT \(shown) FROM (SELECT \(stored) FROM customers WHERE \(condition)) AS found
    LEFT JOIN phones USING (phone_id)
    """
  }

  // PostgreSQL takes a page of unknown size for a tenth of the table. So lists leave it no choice: the phone is looked up
  // row by row, which LATERAL with OFFSET 0 cannot be but, and the keys of a page far behind come as an array.

  /// Rows above `$1`, at most `$2`.
  static let page = PreparedStatement(
    "registered_customers_page",
    list("SELECT * FROM customers WHERE customer_id > $1 ORDER BY customer_id LIMIT $2"))

  /// The same after `$3` rows that are passed over, by their keys alone, which lie together in the index.
  static let deepPage = PreparedStatement(
    "registered_customers_deep_page",
    list(
      """
      SELECT * FROM customers WHERE customer_id = ANY (ARRAY(
        SELECT customer_id FROM customers WHERE customer_id > $1 ORDER BY customer_id LIMIT $2 OFFSET $3))
      """))

  private static func list(_ rows: String) -> String {
    """
    SELECT customer_id, phone.phone_id, code, number, first_name, last_name, email, date_of_birth
    FROM (\(rows)) AS shown LEFT JOIN LATERAL (
      SELECT phone_id, code, number FROM phones WHERE phones.phone_id = shown.phone_id OFFSET 0
    ) AS phone ON true ORDER BY customer_id
    """
  }

  static let counts = CountStatements(
    few: PreparedStatement(
      "customers_count_few",
      "SELECT count(*) FROM (SELECT FROM customers LIMIT \(TableCount.cheapRows + 1)) AS few"),
    all: PreparedStatement("customers_count", "SELECT count(*) FROM customers"),
    plan: PreparedStatement("customers_plan", "EXPLAIN SELECT FROM customers"))

  // MARK: Writing

  /// The id of the first name `$1`, which is added if it is new; no row if another one adds it at this moment.
  static let firstname = PreparedStatement(
    "firstname",
    """
    WITH added AS (
      INSERT INTO firstnames (firstname) SELECT $1::varchar
      WHERE NOT EXISTS (SELECT FROM firstnames WHERE firstname = $1)
      ON CONFLICT (firstname) DO NOTHING RETURNING firstname_id)
    SELECT firstname_id FROM added UNION ALL SELECT firstname_id FROM firstnames WHERE firstname = $1
    """)

  /// Adds a customer: code, number, first name, its id, last name, e-mail, birth, gender, city, last login, whole phone.
  ///
  /// A phone that somebody has violates `customers_phone_key`; one that is being given away or taken is waited for.
  static let add = PreparedStatement("registered_customer_add", adding("\(shownOfAdded)"))

  /// The same with an answer that is kept: scope, key and digest follow.
  static let addOnce = PreparedStatement(
    "registered_customer_add_once",
    adding(
      "\(shownOfAdded)",
      keeping: KeptAnswers.keep("shown", customer: "customer_id", status: "201", from: 12)))

  /// Adds several customers at once: `$1` is JSON, an array of objects as ``RegisteredCustomerBatch`` writes them. Gives
  /// each that was added, and its place; one whose phone anybody has, or has had, goes alone.
  static let addSeveral = PreparedStatement(
    "registered_customers_add",
    """
    WITH wanted AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset($1::jsonb) AS wanted (place bigint, code varchar, number varchar,
        first_name varchar, firstname_id bigint, last_name varchar, email varchar, date_of_birth date,
        gender varchar, city_id bigint, last_login_dt timestamptz)),
    phone AS (
      INSERT INTO phones (code, number) SELECT DISTINCT code, number FROM wanted ORDER BY code, number
      ON CONFLICT (code, number) DO NOTHING RETURNING phone_id, code, number),
    first AS MATERIALIZED (
      SELECT DISTINCT ON (phone_id) * FROM wanted JOIN phone USING (code, number) ORDER BY phone_id, place),
    added AS (
      INSERT INTO customers (first_name, firstname_id, last_name, email, date_of_birth, gender, city_id,
        last_login_dt, phone_id, mobile_phone, source)
      SELECT first_name, firstname_id, last_name, email, date_of_birth, gender, city_id, last_login_dt, phone_id,
        '+' || code || number, 'api' FROM first ORDER BY place
      RETURNING \(stored))
    SELECT customer_id, version, code, number, added.first_name, added.last_name, added.email, added.date_of_birth,
      added.gender, added.city_id, added.last_login_dt, place
    FROM added JOIN first USING (phone_id)
    """)

  /// Changes several customers at once: `$1` is JSON as above, no customer twice. Gives each that is there, with what
  /// ``change`` gives, and its place.
  ///
  /// The rows are locked in the order of their ids first, so that two such statements do not wait for each other.
  static let changeSeveral = PreparedStatement(
    "registered_customers_change",
    """
    WITH wanted AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset($1::jsonb) AS wanted (place bigint, customer_id bigint,
        has_first_name boolean, first_name varchar, firstname_id bigint, has_last_name boolean, last_name varchar,
        has_email boolean, email varchar, has_date_of_birth boolean, date_of_birth date, has_gender boolean,
        gender varchar, has_city_id boolean, city_id bigint, has_last_login_dt boolean, last_login_dt timestamptz)),
    held AS MATERIALIZED (
      SELECT customer_id FROM customers WHERE customer_id = ANY (ARRAY(SELECT customer_id FROM wanted))
      ORDER BY customer_id FOR UPDATE),
    changed AS (
      UPDATE customers SET
        first_name = CASE WHEN has_first_name THEN wanted.first_name ELSE customers.first_name END,
        firstname_id = CASE WHEN has_first_name THEN wanted.firstname_id ELSE customers.firstname_id END,
        last_name = CASE WHEN has_last_name THEN wanted.last_name ELSE customers.last_name END,
        email = CASE WHEN has_email THEN wanted.email ELSE customers.email END,
        date_of_birth = CASE WHEN has_date_of_birth THEN wanted.date_of_birth ELSE customers.date_of_birth END,
        gender = CASE WHEN has_gender THEN wanted.gender ELSE customers.gender END,
        city_id = CASE WHEN has_city_id THEN wanted.city_id ELSE customers.city_id END,
        last_login_dt = CASE WHEN has_last_login_dt THEN wanted.last_login_dt ELSE customers.last_login_dt END
      FROM wanted JOIN held USING (customer_id)
      WHERE customers.customer_id = wanted.customer_id
      RETURNING customers.customer_id, customers.xmin::text::bigint AS version, customers.first_name,
        customers.last_name, customers.email, customers.date_of_birth, customers.gender, customers.city_id,
        customers.last_login_dt, customers.phone_id, place)
    SELECT \(shown), changed.phone_id IS NOT NULL AND code IS NULL, place
    FROM changed LEFT JOIN phones USING (phone_id)
    """)

  private static let shownOfAdded = "SELECT \(shown) FROM added, phone"

  private static func adding(_ shown: String, keeping: String? = nil) -> String {
    """
    WITH \(takePhone("SELECT $1::varchar, $2::varchar")),
    added AS (
      INSERT INTO customers (first_name, firstname_id, last_name, email, date_of_birth, gender, city_id,
        last_login_dt, phone_id, mobile_phone, source)
      SELECT $3::varchar, $4::bigint, $5::varchar, $6::varchar, $7::date, $8::varchar, $9::bigint,
        $10::timestamptz, phone_id, $11::varchar, 'api' FROM phone
      RETURNING \(stored)),
    shown AS (\(shown))\(keeping.map { ",\n\($0)" } ?? "")
    SELECT * FROM shown
    """
  }

  /// A phone's row, locked until the end: whoever else wants it waits, and then sees whose it is.
  private static func takePhone(_ source: String) -> String {
    """
    phone AS (
      INSERT INTO phones (code, number) \(source)
      ON CONFLICT (code, number) DO UPDATE SET code = excluded.code RETURNING phone_id, code, number)
    """
  }

  /// Changes what comes with a flag that says so: id, then flag and value of first name (with its id), last name,
  /// e-mail, birth, gender, city and last login, and the state that the row must have, or null.
  static let change = PreparedStatement(
    "registered_customer_change",
    """
    WITH changed AS (
      UPDATE customers SET
        first_name = CASE WHEN $2::boolean THEN $3::varchar ELSE first_name END,
        firstname_id = CASE WHEN $2 THEN $4::bigint ELSE firstname_id END,
        last_name = CASE WHEN $5::boolean THEN $6::varchar ELSE last_name END,
        email = CASE WHEN $7::boolean THEN $8::varchar ELSE email END,
        date_of_birth = CASE WHEN $9::boolean THEN $10::date ELSE date_of_birth END,
        gender = CASE WHEN $11::boolean THEN $12::varchar ELSE gender END,
        city_id = CASE WHEN $13::boolean THEN $14::bigint ELSE city_id END,
        last_login_dt = CASE WHEN $15::boolean THEN $16::timestamptz ELSE last_login_dt END
      WHERE customer_id = $1 AND \(isInState("$17"))
      RETURNING \(stored))
    SELECT \(shown), changed.phone_id IS NOT NULL AND code IS NULL
    FROM changed LEFT JOIN phones USING (phone_id)
    """)

  /// Gives the customer `$1` the phone `$2`, `$3`, as a whole `$4`, if he is in the state `$5`. The phone that he had is
  /// nobody's then, and goes.
  ///
  /// Rows are locked in this order, here and where customers go: customer, the phone that he has, the new one. Gives
  /// the new state, and the old phone if it is still there: this statement cannot see one that came while it waited.
  static let changePhone = PreparedStatement(
    "registered_customer_change_phone",
    """
    WITH \(held("$5")),
    \(takePhone("SELECT $2::varchar, $3::varchar FROM held WHERE (SELECT count(*) FROM held_phone) >= 0")),
    changed AS (
      UPDATE customers SET phone_id = phone.phone_id, mobile_phone = $4::varchar FROM phone
      WHERE customer_id = $1 RETURNING customers.xmin::text::bigint AS version, phone.phone_id),
    gone AS (
      DELETE FROM phones USING held, changed
      WHERE phones.phone_id = held.phone_id AND phones.phone_id <> changed.phone_id RETURNING phones.phone_id)
    SELECT version, CASE WHEN held.phone_id <> changed.phone_id AND NOT EXISTS (SELECT FROM gone) THEN held.phone_id END
    FROM changed, held
    """)

  /// Removes the customer `$1`, if he is in the state `$2`, and his phone; his favorites go with him. Gives a row if he
  /// was there, with his phone as above.
  static let remove = PreparedStatement(
    "registered_customer_remove",
    """
    WITH \(held("$2")),
    removed AS (
      DELETE FROM customers USING held
      WHERE customers.customer_id = held.customer_id AND (SELECT count(*) FROM held_phone) >= 0
      RETURNING customers.phone_id),
    gone AS (DELETE FROM phones USING removed WHERE phones.phone_id = removed.phone_id RETURNING phones.phone_id)
    SELECT CASE WHEN NOT EXISTS (SELECT FROM gone) THEN removed.phone_id END FROM removed
    """)

  private static func held(_ state: String) -> String {
    """
    held AS MATERIALIZED (
      SELECT customer_id, phone_id FROM customers WHERE customer_id = $1 AND \(isInState(state)) FOR UPDATE),
    held_phone AS MATERIALIZED (
      SELECT phone_id FROM phones WHERE phone_id = (SELECT phone_id FROM held) FOR UPDATE)
    """
  }

  private static func isInState(_ state: String) -> String {
    "(\(state)::bigint IS NULL OR customers.xmin::text::bigint = \(state))"
  }

  /// Removes the phone `$1` if it is nobody's.
  static let forgetPhone = PreparedStatement(
    "phone_forget",
    "DELETE FROM phones WHERE phone_id = $1 AND NOT EXISTS (SELECT FROM customers WHERE phone_id = $1)")

  // MARK: Kept answers

  static let kept = PreparedStatement(
    "registered_customer_kept",
    KeptAnswers.find(columns.map { "\($0.name) \($0.type)" }.joined(separator: ", ")))
}

extension RegisteredCustomerQueries {
  /// Where changed rows say that their phone came while the statement waited.
  static let lateColumn = 11
}

/// The columns of one customer in the answers of ``RegisteredCustomerQueries``, by their places.
enum RegisteredCustomerColumn: Int {
  case id, version, code, number, firstname, lastname, email, birthday, gender, city, lastAuth
}
