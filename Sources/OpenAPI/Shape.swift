/// What a value may be: a JSON Schema of the dialect of OpenAPI 3.1, put together from parts that cannot be
/// misspelled.
public struct Shape: Equatable, Sendable {
  /// The keywords, in order.
  private(set) var keywords: [JSONLiteral.Member]
  /// The shapes with a name that this one refers to, those that they refer to included.
  private(set) var named: [Named] = []

  /// A shape that stands once in the document, under a name that others refer to.
  struct Named: Equatable, Sendable {
    let name: String
    let schema: JSONLiteral
  }

  /// The schema as JSON.
  public var schema: JSONLiteral { .object(keywords) }

  private init(_ type: String, _ keywords: [JSONLiteral.Member?] = [], named: [Named] = []) {
    self.keywords = [.init("type", .string(type))] + keywords.compactMap(\.self)
    self.named = named
  }

  // MARK: Values

  /// A whole number within 64 bits, or within `range`.
  public static func integer(_ range: ClosedRange<Int64> = .min ... .max) -> Shape {
    Shape(
      "integer",
      [
        .init("format", "int64"), .init("minimum", .integer(range.lowerBound)),
        .init("maximum", .integer(range.upperBound)),
      ])
  }

  /// `true` or `false`.
  public static let boolean = Shape("boolean")

  /// A text. Lengths are in characters (code points); `format` and `pattern` are JSON Schema's.
  public static func text(
    _ length: ClosedRange<Int>? = nil, format: String? = nil, pattern: String? = nil
  ) -> Shape {
    Shape(
      "string",
      [
        format.map { .init("format", .string($0)) }, pattern.map { .init("pattern", .string($0)) },
        length.flatMap { $0.lowerBound > 0 ? .init("minLength", .integer(Int64($0.lowerBound))) : nil },
        length.map { .init("maxLength", .integer(Int64($0.upperBound))) },
      ])
  }

  /// Bytes of the media type `type`, which no schema describes.
  static func bytes(of type: String) -> Shape {
    Shape("string", [.init("contentMediaType", .string(type))])
  }

  /// One of these words.
  public static func word(of words: [String]) -> Shape {
    Shape("string", [.init("enum", .array(words.map { .string($0) }))])
  }

  /// `2026-01-31`.
  public static let date = text(format: "date")
  /// `2026-01-31T12:34:56.789Z`.
  public static let instant = text(format: "date-time")

  // MARK: Containers

  /// An array.
  public static func array(of element: Shape, _ count: ClosedRange<Int>? = nil) -> Shape {
    Shape(
      "array",
      [
        .init("items", element.schema),
        count.flatMap { $0.lowerBound > 0 ? .init("minItems", .integer(Int64($0.lowerBound))) : nil },
        count.map { .init("maxItems", .integer(Int64($0.upperBound))) },
      ], named: element.named)
  }

  /// An object with these members and, unless `isOpen`, no others.
  public static func object(_ members: [Member], isOpen: Bool = false, atLeast count: Int = 0) -> Shape {
    let required = members.filter(\.isRequired).map { JSONLiteral.string($0.name) }
    return Shape(
      "object",
      [
        .init("properties", .object(members.map { .init($0.name, $0.shape.schema) })),
        required.isEmpty ? nil : .init("required", .array(required)),
        count == 0 ? nil : .init("minProperties", .integer(Int64(count))),
        isOpen ? nil : .init("additionalProperties", false),
      ], named: members.flatMap(\.shape.named))
  }

  /// Exactly one of these.
  public static func either(_ shapes: Shape...) -> Shape {
    var shape = Shape("")
    shape.keywords = [.init("oneOf", .array(shapes.map(\.schema)))]
    shape.named = shapes.flatMap(\.named)
    return shape
  }

  // MARK: Refinements

  /// This or `null`.
  public var orNull: Shape {
    var shape = self
    if let index = keywords.firstIndex(where: { $0.name == "type" }) {
      shape.keywords[index].value = .array([keywords[index].value, "null"])
      if let words = keywords.firstIndex(where: { $0.name == "enum" }),
        case .array(let values) = keywords[words].value
      {
        shape.keywords[words].value = .array(values + [.null])
      }
      return shape
    }
    shape.keywords = [.init("anyOf", [schema, ["type": "null"]])]
    return shape
  }

  /// The same with a keyword more, or another value for it.
  private func with(_ name: String, _ value: JSONLiteral) -> Shape {
    var shape = self
    shape.keywords.removeAll { $0.name == name }
    shape.keywords.append(.init(name, value))
    return shape
  }

  /// The same with a sentence about it.
  public func described(_ text: String) -> Shape { with("description", .string(text)) }

  /// The same, with what holds where it is left out.
  public func defaulting(to value: JSONLiteral) -> Shape { with("default", value) }

  /// The same under a name, said once in the document and referred to from everywhere else.
  public func named(_ name: String) -> Shape {
    var shape = self
    shape.keywords = [.init("$ref", "#/components/schemas/\(name)")]
    shape.named = [Named(name: name, schema: schema)] + named
    return shape
  }
}

/// A member of an object.
public struct Member: Equatable, Sendable {
  let name: String
  let shape: Shape
  let isRequired: Bool

  /// A member that is always there unless `isRequired` is false.
  public init(_ name: String, _ shape: Shape, isRequired: Bool = true) {
    self.name = name
    self.shape = shape
    self.isRequired = isRequired
  }
}
