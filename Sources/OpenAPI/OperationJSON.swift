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
    .init(
      type,
      .object([.init("schema", shape.schema), example.map { .init("example", $0) }].compactMap(\.self)))
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

extension Answer {
  var json: JSONLiteral {
    let headers = fields.map { field in
      JSONLiteral.Member(
        field.name, ["description": .string(field.description), "schema": field.shape.schema])
    }
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
