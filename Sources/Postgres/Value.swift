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

  /// A value of some kind, or NULL.
  public static func optional<Wrapped>(_ value: Wrapped?, _ kind: (Wrapped) -> Value) -> Value {
    value.map(kind) ?? .null
  }

  /// A `bigint` or NULL.
  public static func optional(_ number: Int64?) -> Value { optional(number, Value.int8) }

  /// A `date`, in days since 2000-01-01; the query says `$1::date`.
  public static func date(_ days: Int32) -> Value {
    .bytes(withUnsafeBytes(of: days.bigEndian) { Array($0) })
  }

  /// A `timestamptz`, in microseconds since 2000-01-01; the query says `$1::timestamptz`.
  public static func timestamp(_ microseconds: Int64) -> Value {
    .bytes(withUnsafeBytes(of: microseconds.bigEndian) { Array($0) })
  }

  /// A `bigint[]` without nulls; the query says `$1::bigint[]`.
  public static func bigints(_ numbers: some Collection<Int64>) -> Value { .bytes(arrayOfBigints(numbers)) }
}
