import TestSupport

extension Database {
  /// Adds customers with ids from `first` that look like generated ones: nulls here and there, several scripts.
  func add(rows: Int, from first: Int64 = 1) throws {
    try add(ids: "SELECT \(first) - 1 + n AS i FROM generate_series(1, \(rows)::bigint) AS n")
  }

  /// Adds a customer for each `i` of a query.
  func add(ids: String) throws {
    try query(
      """
      INSERT INTO customers (customer_id, first_name, last_name, date_of_birth, email, last_login_dt, last_login_ip,
        country_origin, home_country, home_city, home_street, home_building_number, work_country, work_city,
        work_street, work_building_number, mobile_phone, home_phone, work_phone)
      SELECT i,
        (ARRAY['Anna', 'Юлия', '明美', 'José', 'Zoë'])[1 + i % 5], 'Müller-' || i,
        CASE WHEN i % 7 > 0 THEN DATE '1940-01-01' + (i * 37 % 24000)::int END,
        'customer' || i || '@example.com',
        CASE WHEN i % 10 > 0 THEN TIMESTAMPTZ '2020-01-01 00:00:00Z' + i % 4000000 * INTERVAL '61.007 seconds' END,
        CASE WHEN i % 10 > 0 THEN '10.' || i / 65536 % 256 || '.' || i / 256 % 256 || '.' || i % 256 END,
        CASE WHEN i % 6 > 0 THEN 'Côte d''Ivoire' END, 'Österreich', 'Sankt Pölten, "Stadt"',
        'Straße der Republik', (i % 400)::text, '日本', '東京', '銀座, 一丁目', i % 90 || 'b',
        CASE WHEN i % 11 > 0 THEN '+43 660 ' || i END, CASE WHEN i % 5 > 2 THEN '+43 1 ' || i END,
        CASE WHEN i % 9 > 1 THEN '+81 3 ' || i END
      FROM (\(ids)) AS ids
      """, within: Scale.patience)
  }
}
