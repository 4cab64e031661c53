public import OpenAPI

/// What the document says of problems.
extension Problem {
  /// The members of RFC 9457.
  fileprivate static let standardMembers = [
    Member("type", .text(format: "uri-reference")),
    Member("title", .text().described("The phrase of the status.")),
    Member("status", .integer(400...599)),
    Member("detail", .text().described("What is wrong, and how to put it right.")),
    Member(
      "instance", .text(format: "uri").described("The request's id, as in `X-Request-Id` and in the log.")),
  ]

  private static let faults = Member(
    "errors",
    .array(of: .object([Member("name", .text()), Member("detail", .text())]))
      .described("What is wrong with which field or parameter."),
    isRequired: false)

  static let shape = Shape.object(standardMembers + [faults]).named("Problem")

  static let shapeWithSuccess = Shape.object(
    standardMembers + [
      faults, Member("success", .boolean.described("`false`.")),
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
    let shownFaults = faults.map { ["name": .string($0.name), "detail": .string($0.detail)] as JSONLiteral }
    let example = shownFaults.isEmpty ? [] : [JSONLiteral.Member("errors", .array(shownFaults))]
    return problem(status, description, detail, Problem.shape, example, fields)
  }

  /// An answer that is a problem with `members` of its own, a shape by the name of `shapeName`.
  public static func problem(
    _ status: Status, _ description: String, detail: String, shapeName: String, members: [Member],
    example: [JSONLiteral.Member]
  ) -> Answer {
    problem(
      status, description, detail, .object(Problem.standardMembers + members).named(shapeName), example, [])
  }

  private static func problem(
    _ status: Status, _ description: String, _ detail: String, _ shape: Shape,
    _ example: [JSONLiteral.Member], _ fields: [Field]
  ) -> Answer {
    let standard: [JSONLiteral.Member] = [
      .init("type", "about:blank"), .init("title", .string("\(status.reason)")),
      .init("status", .integer(Int64(status.code))), .init("detail", .string(detail)),
      .init("instance", "urn:request:9f86d08100000001"),
    ]
    return Answer(
      status.code, description,
      Content("application/problem+json", shape, example: .object(standard + example)), fields: fields)
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
