/// SQL text with its arguments bound by construction.
///
/// A value that is interpolated becomes a parameter; text enters by `raw:` alone, which is for text that the
/// program itself made:
///
///     let query: SQL = "SELECT \(raw: Column.selectList) FROM customers WHERE customer_id = \(id)"
public struct SQL: ExpressibleByStringInterpolation, Sendable {
  /// The text with `$1`, `$2`, … where values were.
  public let text: String
  /// The values, in order.
  public let values: [Value]

  /// A query without arguments.
  public init(stringLiteral text: String) {
    self.text = text
    values = []
  }

  /// A query from its parts.
  public init(stringInterpolation: StringInterpolation) {
    text = stringInterpolation.text
    values = stringInterpolation.values
  }

  /// Collects the parts of a query.
  public struct StringInterpolation: StringInterpolationProtocol {
    var text = ""
    var values: [Value] = []

    /// Called by the compiler.
    public init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + interpolationCount * 2)
    }

    /// The text between the values.
    public mutating func appendLiteral(_ literal: String) { text += literal }

    /// Binds any value.
    public mutating func appendInterpolation(_ value: Value) {
      values.append(value)
      text += "$\(values.count)"
    }

    /// Binds a `bigint`.
    public mutating func appendInterpolation(_ value: Int64) { appendInterpolation(.int8(value)) }
    /// Binds an `integer`.
    public mutating func appendInterpolation(_ value: Int32) { appendInterpolation(.int4(value)) }
    /// Binds a `bigint`.
    public mutating func appendInterpolation(_ value: Int) { appendInterpolation(.int8(Int64(value))) }
    /// Binds a `bigint` or NULL.
    public mutating func appendInterpolation(_ value: Int64?) {
      appendInterpolation(value.map { .int8($0) } ?? .null)
    }
    /// Binds a `boolean`.
    public mutating func appendInterpolation(_ value: Bool) { appendInterpolation(.bool(value)) }
    /// Binds a `text`.
    public mutating func appendInterpolation(_ value: String) { appendInterpolation(.text(value)) }
    /// Binds a `text` or NULL.
    public mutating func appendInterpolation(_ value: String?) {
      appendInterpolation(value.map { .text($0) } ?? .null)
    }

    /// Puts text in as it is. Never for anything that came from outside.
    public mutating func appendInterpolation(raw: String) { text += raw }
  }
}
