import Customers
import Postgres

/// The SQL of the customers feature.
enum CustomerQueries {
  static let page = PreparedStatement(
    "customers_page",
    "SELECT \(Column.selectList) FROM customers WHERE customer_id > $1 ORDER BY customer_id LIMIT $2")

  static let single = PreparedStatement(
    "customer", "SELECT \(Column.selectList) FROM customers WHERE customer_id = $1")

  static let several = PreparedStatement(
    "customers_by_id", "SELECT \(Column.selectList) FROM customers WHERE customer_id = ANY ($1::bigint[])")
}
