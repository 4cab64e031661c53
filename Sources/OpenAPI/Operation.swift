/// What a route takes and gives, for those who call it. The route that it belongs to says method, path and who may ask.
public struct Operation: Sendable {
  /// A chapter of the document.
  public struct Tag: Equatable, Sendable {
    let name: String
    let description: String

    /// A chapter.
    public init(_ name: String, _ description: String) {
      self.name = name
      self.description = description
    }
  }

  /// Its name in generated clients: `listCustomers`. No two are the same.
  public let id: String
  /// One line.
  public let summary: String
  /// What more there is to say, in Markdown.
  public let description: String
  /// The chapter that it stands in.
  public let tag: Tag
  /// What it reads from the path, the query and header fields.
  public let parameters: [Parameter]
  /// What it reads from the body; nil where it takes none.
  public let body: Body?
  /// What it answers with, beside what every route may.
  public private(set) var answers: [Answer]

  /// An operation.
  public init(
    _ id: String, _ tag: Tag, _ summary: String, description: String = "", parameters: [Parameter] = [],
    body: Body? = nil, answers: [Answer]
  ) {
    self.id = id
    self.tag = tag
    self.summary = summary
    self.description = description
    self.parameters = parameters
    self.body = body
    self.answers = answers
  }

  /// The same with `change` made to its answers.
  public func mapAnswers(_ change: (Answer) -> Answer) -> Operation {
    var operation = self
    operation.answers = answers.map(change)
    return operation
  }
}

/// A value that a request carries outside of its body.
public struct Parameter: Sendable {
  /// Where it stands.
  public enum Place: String, Sendable {
    case path, query, header
  }

  /// Where it stands.
  public let place: Place
  /// Its name.
  public let name: String
  let description: String
  let isRequired: Bool
  let shape: Shape
  let example: JSONLiteral?

  /// A parameter in braces of the path.
  public static func path(
    _ name: String, _ shape: Shape, _ description: String, example: JSONLiteral? = nil
  ) -> Parameter {
    Parameter(
      place: .path, name: name, description: description, isRequired: true, shape: shape, example: example)
  }

  /// A parameter of the query string. An array is written by repeating the name.
  public static func query(
    _ name: String, _ shape: Shape, _ description: String, isRequired: Bool = false,
    example: JSONLiteral? = nil
  ) -> Parameter {
    Parameter(
      place: .query, name: name, description: description, isRequired: isRequired, shape: shape,
      example: example)
  }

  /// A header field.
  public static func header(
    _ name: String, _ shape: Shape, _ description: String, isRequired: Bool = false,
    example: JSONLiteral? = nil
  ) -> Parameter {
    Parameter(
      place: .header, name: name, description: description, isRequired: isRequired, shape: shape,
      example: example)
  }
}

/// A body in one of its forms.
public struct Content: Sendable {
  /// What such a body is like.
  enum Example: Sendable {
    /// This.
    case literal(JSONLiteral)
    /// What a server gives at this address.
    case address(String)
  }

  /// The media type.
  public let type: String
  /// What it may be.
  public let shape: Shape
  let example: Example

  /// A body of the media type `type`.
  public init(_ type: String, _ shape: Shape, example: JSONLiteral) {
    self.init(type, shape, .literal(example))
  }

  private init(_ type: String, _ shape: Shape, _ example: Example) {
    self.type = type
    self.shape = shape
    self.example = example
  }

  /// Bytes that are no text, such as those at the path `address`.
  public static func bytes(_ type: String, exampleAt address: String) -> Content {
    Content(type, .bytes(of: type), .address(address))
  }

  /// The same in another shape, with `change` made to its example.
  public func reshaped(_ shape: Shape, _ change: (JSONLiteral) -> JSONLiteral) -> Content {
    guard case .literal(let example) = example else { return self }
    return Content(type, shape, example: change(example))
  }

  /// A body in JSON.
  public static func json(_ shape: Shape, example: JSONLiteral) -> Content {
    Content("application/json", shape, example: example)
  }
}

/// What a request carries in its body.
public struct Body: Sendable {
  let contents: [Content]
  /// False where a request may come without one.
  public let isRequired: Bool
  let description: String

  /// A body in any of these forms.
  public init(_ contents: Content..., isRequired: Bool = true, description: String = "") {
    self.contents = contents
    self.isRequired = isRequired
    self.description = description
  }
}

/// One of the answers of an operation.
public struct Answer: Sendable {
  /// A header field that comes with it.
  public struct Field: Sendable {
    let name: String
    let shape: Shape
    let description: String

    /// A header field.
    public init(_ name: String, _ shape: Shape, _ description: String) {
      self.name = name
      self.shape = shape
      self.description = description
    }
  }

  /// The status code.
  public let status: Int
  let description: String
  /// Its body in each of its forms.
  public private(set) var contents: [Content]
  let fields: [Field]

  /// An answer; without contents it has no body.
  public init(_ status: Int, _ description: String, _ contents: Content..., fields: [Field] = []) {
    self.status = status
    self.description = description
    self.contents = contents
    self.fields = fields
  }

  /// The same with `change` made to its body.
  public func mapContents(_ change: (Content) -> Content) -> Answer {
    var answer = self
    answer.contents = contents.map(change)
    return answer
  }
}
