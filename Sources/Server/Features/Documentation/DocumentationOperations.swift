import HTTP
import OpenAPI

/// What the document says of itself and of the pages.
enum DocumentationOperations {
  private static let tag = Operation.Tag("Documentation", "This document, and pages for people.")
  private static let entityTag = Answer.Field("ETag", .text(), "Names this state, for `If-None-Match`.")
  private static let known = Parameter.header(
    "If-None-Match", .text(), "The `ETag` of what the client has already.")
  private static let notModified = Answer(
    304, "The client has it already", fields: [entityTag])

  static let document = Operation(
    "getDocument", tag, "The API as an OpenAPI document", parameters: [known],
    answers: [
      Answer(
        200, "This document", .json(.object([], isOpen: true), example: ["openapi": "3.1.0"]),
        fields: [entityTag]),
      notModified,
    ])

  static let first = Operation(
    "getFirstPage", tag, "What this is, for a person with a browser", answers: [html("The page")])

  static let swaggerUI = Operation(
    "getSwaggerUI", tag, "Swagger UI, to read and try the API", parameters: [known],
    answers: [html("The page"), notModified, notInstalled])

  static let stylesheet = fixed("getStylesheet", "How the first page looks", "text/css")
  static let script = fixed("getSwaggerUIStart", "What starts Swagger UI", "text/javascript")

  static let file = Operation(
    "getSwaggerUIFile", tag, "A file of Swagger UI",
    description: "With `v=` and the version that the page names it may be kept for good.",
    parameters: [
      .path("file", .word(of: SwaggerUI.files.map(\.name)), "Its name.", example: "swagger-ui.css"),
      .query("v", .text(), "The version of Swagger UI.", example: "5.34.0"), known,
    ],
    answers: [
      Answer(
        200, "The file", Content("text/css", .text()), Content("text/javascript", .text()),
        Content("image/png", .text()), fields: [entityTag]),
      notModified, notInstalled,
    ])

  private static func fixed(_ id: String, _ summary: String, _ type: String) -> Operation {
    Operation(
      id, tag, summary, parameters: [known],
      answers: [Answer(200, "It", Content(type, .text()), fields: [entityTag]), notModified])
  }

  private static func html(_ description: String) -> Answer {
    Answer(
      200, description, Content("text/html", .text()),
      fields: [Answer.Field("Content-Security-Policy", .text(), "Nothing comes from another server.")])
  }

  private static let notInstalled = Answer.problem(
    .notFound, "There is no such file, or Swagger UI is not installed", detail: "Swagger UI has no such file")
}
