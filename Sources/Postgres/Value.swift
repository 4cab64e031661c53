/// A value that is bound to a query, sent in PostgreSQL's binary form.
///
/// Outside of prepared statements the query is told the types below, so that a cast such as `\(text)::date` works
/// and an integer fits any column that it can be assigned to.
public enum Value: Sendable, Equatable {
  /// SQL NULL, of whatever type the query wants.
  case null
  /// `bigint`.
  case int8(Int64)
  /// `integer`.
  case int4(Int32)
  /// `boolean`.
  case bool(Bool)
  /// `text`; must not hold U+0000, which PostgreSQL cannot store.
  case text(String)
  /// `bytea`, or any other type in its own binary form.
  case bytes([UInt8])
}
