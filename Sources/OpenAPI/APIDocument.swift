/// An OpenAPI 3.1 document, made of what its routes say about themselves.
public struct APIDocument: Sendable {
  /// An operation and where it is found.
  public struct Entry: Sendable {
    let method: String
    let path: String
    /// True if it is for holders of a key.
    let needsKey: Bool
    let operation: Operation
    let sharedAnswers: [SharedAnswer]

    /// The operation of `method`, which is in lower case, at `path`, whose parameters stand in braces. `sharedAnswers`
    /// is what it may be answered with because of where it stands, beside what it says itself.
    public init(
      method: String, path: String, needsKey: Bool, operation: Operation, sharedAnswers: [SharedAnswer]
    ) {
      self.method = method
      self.path = path
      self.needsKey = needsKey
      self.operation = operation
      self.sharedAnswers = sharedAnswers
    }
  }

  /// An answer of many operations, which stands once in the document.
  public struct SharedAnswer: Sendable {
    let name: String
    let answer: Answer

    /// An answer under a name; no two different ones have the same.
    public init(_ name: String, _ answer: Answer) {
      self.name = name
      self.answer = answer
    }
  }

  /// A way to show that one may ask; each of them is enough.
  public struct Scheme: Sendable {
    let name: String
    let definition: JSONLiteral

    /// A key in the header field `field`.
    public static func key(_ name: String, field: String, _ description: String) -> Scheme {
      Scheme(
        name: name,
        definition: [
          "type": "apiKey", "in": "header", "name": .string(field), "description": .string(description),
        ])
    }

    /// A key in `Authorization: Bearer`.
    public static func bearer(_ name: String, _ description: String) -> Scheme {
      Scheme(
        name: name, definition: ["type": "http", "scheme": "bearer", "description": .string(description)])
    }
  }

  /// The name of the whole.
  public var title: String
  /// The version of the program that serves it.
  public var version: String
  /// What there is to say before all else, in Markdown.
  public var description: String
  /// How to show that one may ask.
  public var schemes: [Scheme]
  /// What stands in it, in order.
  public var entries: [Entry]
  /// Header fields that come with every answer.
  public var commonFields: [Answer.Field]

  /// A document.
  public init(
    title: String, version: String, description: String, schemes: [Scheme], entries: [Entry],
    commonFields: [Answer.Field] = []
  ) {
    self.title = title
    self.version = version
    self.description = description
    self.schemes = schemes
    self.entries = entries
    self.commonFields = commonFields
  }

  /// The document.
  public var json: JSONLiteral {
    [
      "openapi": "3.1.0",
      "info": [
        "title": .string(title), "version": .string(version), "description": .string(description),
      ],
      "servers": [["url": "/", "description": "The server that this document came from"]],
      "tags": .array(tags.map { ["name": .string($0.name), "description": .string($0.description)] }),
      "paths": .object(paths),
      "components": [
        "schemas": .object(schemas),
        "responses": .object(responses),
        "headers": .object(commonFields.map(\.json)),
        "securitySchemes": .object(schemes.map { .init($0.name, $0.definition) }),
      ],
    ]
  }

  private var tags: [Operation.Tag] {
    var tags: [Operation.Tag] = []
    for entry in entries where !tags.contains(entry.operation.tag) { tags.append(entry.operation.tag) }
    return tags
  }

  /// The operations of one path stand together, in the place of the first.
  private var paths: [JSONLiteral.Member] {
    var paths: [(path: String, operations: [JSONLiteral.Member])] = []
    for entry in entries {
      let operation = JSONLiteral.Member(entry.method, json(of: entry))
      if let index = paths.firstIndex(where: { $0.path == entry.path }) {
        paths[index].operations.append(operation)
      } else {
        paths.append((entry.path, [operation]))
      }
    }
    return paths.map { .init($0.path, .object($0.operations)) }
  }

  private func json(of entry: Entry) -> JSONLiteral {
    let operation = entry.operation
    let own = Set(operation.answers.map(\.status))
    let answers =
      operation.answers.map { ($0.status, $0.json(commonFields)) }
      + entry.sharedAnswers.filter { !own.contains($0.answer.status) }
      .map { ($0.answer.status, ["$ref": "#/components/responses/\($0.name)"]) }
    return .object(
      [
        .init("operationId", .string(operation.id)),
        .init("tags", [.string(operation.tag.name)]),
        .init("summary", .string(operation.summary)),
        operation.description.isEmpty ? nil : .init("description", .string(operation.description)),
        operation.parameters.isEmpty ? nil : .init("parameters", .array(operation.parameters.map(\.json))),
        operation.body.map { .init("requestBody", $0.json) },
        .init(
          "responses", .object(answers.sorted { $0.0 < $1.0 }.map { .init("\($0.0)", $0.1) })),
        .init(
          "security", entry.needsKey ? .array(schemes.map { .object([.init($0.name, [])]) }) : []),
      ].compactMap(\.self))
  }

  private var responses: [JSONLiteral.Member] {
    var found: [String: Answer] = [:]
    for shared in entries.flatMap(\.sharedAnswers) { found[shared.name] = shared.answer }
    return found.sorted { ($0.value.status, $0.key) < ($1.value.status, $1.key) }
      .map { .init($0.key, $0.value.json(commonFields)) }
  }

  private var schemas: [JSONLiteral.Member] {
    var schemas: [JSONLiteral.Member] = []
    let shapes = entries.flatMap { entry in
      entry.operation.shapes + entry.sharedAnswers.flatMap(\.answer.shapes)
    }
    for named in shapes.flatMap(\.named) where !schemas.contains(where: { $0.name == named.name }) {
      schemas.append(.init(named.name, named.schema))
    }
    return schemas
  }
}
