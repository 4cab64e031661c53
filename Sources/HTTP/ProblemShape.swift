public import OpenAPI

/// What the document says of problems.
extension Problem {
  /// The members that ``write(to:instance:_:)`` writes.
  private static let members = [
    Member("type", .text(format: "uri-reference")),
    Member("title", .text().described("The phrase of the status.")),
    Member("status", .integer(400...599)),
    Member("detail", .text().described("What is wrong, and how to put it right.")),
    Member(
      "instance", .text(format: "uri").described("The request's id, as in `X-Request-Id` and in the log.")),
    Member(
      "errors",
      .array(of: .object([Member("name", .text()), Member("detail", .text())]))
        .described("What is wrong with which field or parameter."),
      isRequired: false),
  ]

  static let shape = Shape.object(members).named("Problem")

  static let shapeWithSuccess = Shape.object(
    members + [
      Member("success", .boolean.described("`false`.")),
      Member("message", .text().described("The same as `detail`.")),
    ]
  ).named("ProblemWithSuccess")
}

extension Answer {
  /// An answer that is a problem. `detail` is what one of them says, `faults` what it says of single fields.
  public static func problem(
    _ status: Status, _ description: String, detail: String, faults: [Problem.Fault] = [],
    fields: [Field] = []
  ) -> Answer {
    var example: [JSONLiteral.Member] = [
      .init("type", "about:blank"), .init("title", .string("\(status.reason)")),
      .init("status", .integer(Int64(status.code))), .init("detail", .string(detail)),
      .init("instance", "urn:request:9f86d08100000001"),
    ]
    if !faults.isEmpty {
      example.append(
        .init(
          "errors",
          .array(faults.map { ["name": .string($0.name), "detail": .string($0.detail)] })))
    }
    return Answer(
      status.code, description,
      Content("application/problem+json", Problem.shape, example: .object(example)), fields: fields)
  }

  /// The same as a route with problems of this form writes it.
  public func written(_ form: Problem.Form) -> Answer {
    guard form == .withSuccess else { return self }
    return mapContents { content in
      guard content.shape == Problem.shape else { return content }
      return content.reshaped(Problem.shapeWithSuccess) { example in
        guard case .object(let members) = example else { return example }
        let detail = members.first { $0.name == "detail" }?.value ?? .null
        return .object(members + [.init("success", false), .init("message", detail)])
      }
    }
  }

  /// The same for what may be found out before the route is known, or after.
  public func writtenAsEarlyAsLate(_ form: Problem.Form) -> Answer {
    guard form == .withSuccess else { return self }
    return mapContents { $0.reshaped(.either(Problem.shape, Problem.shapeWithSuccess)) { $0 } }
  }
}

extension Answer.Field {
  /// What comes with 503.
  public static let retryAfter = Answer.Field(
    "Retry-After", .integer(0...Int64.max), "Seconds after which to try again.")
}
