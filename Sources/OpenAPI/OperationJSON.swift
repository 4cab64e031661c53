/// The parts of an operation as they stand in the document.
extension Parameter {
  var json: JSONLiteral {
    .object(
      [
        .init("name", .string(name)),
        .init("in", .string(place.rawValue)),
        .init("description", .string(description)),
        .init("required", .bool(isRequired)),
        .init("schema", shape.schema),
        example.map { .init("example", $0) },
      ].compactMap(\.self))
  }
}

extension Content {
  var json: JSONLiteral.Member {
    let shown: JSONLiteral.Member =
      switch example {
      case .literal(let example): .init("example", example)
      case .address(let address): .init("examples", ["file": ["externalValue": .string(address)]])
      }
    return .init(type, .object([.init("schema", shape.schema), shown]))
  }
}

extension Body {
  var json: JSONLiteral {
    .object(
      [
        description.isEmpty ? nil : .init("description", .string(description)),
        .init("required", .bool(isRequired)),
        .init("content", .object(contents.map(\.json))),
      ].compactMap(\.self))
  }
}

extension Answer.Field {
  var json: JSONLiteral.Member {
    .init(name, ["description": .string(description), "schema": shape.schema])
  }

  /// Where it is said for all.
  var reference: JSONLiteral.Member { .init(name, ["$ref": .string("#/components/headers/\(name)")]) }
}

extension Answer {
  /// The answer with its own header fields and those that come with every one.
  func json(_ common: [Field]) -> JSONLiteral {
    let headers = fields.map(\.json) + common.map(\.reference)
    return .object(
      [
        .init("description", .string(description)),
        headers.isEmpty ? nil : .init("headers", .object(headers)),
        contents.isEmpty ? nil : .init("content", .object(contents.map(\.json))),
      ].compactMap(\.self))
  }

  var shapes: [Shape] { contents.map(\.shape) + fields.map(\.shape) }
}

extension Operation {
  /// All shapes that it names.
  var shapes: [Shape] {
    parameters.map(\.shape) + (body?.contents.map(\.shape) ?? []) + answers.flatMap(\.shapes)
  }
}
