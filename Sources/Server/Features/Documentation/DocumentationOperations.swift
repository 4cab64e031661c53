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
        200, "This document",
        .json(
          .object(
            [Member("openapi", .text()), Member("info", .object([], isOpen: true))]
              + ["servers", "tags"].map { Member($0, .array(of: .object([], isOpen: true))) }
              + ["paths", "components"].map { Member($0, .object([], isOpen: true)) }),
          example: [
            "openapi": "3.1.0", "info": ["title": "Roster", "version": "1.0.0"], "servers": [["url": "/"]],
            "tags": [], "paths": [:], "components": [:],
          ]),
        fields: [entityTag]),
      notModified,
    ])

  static let first = Operation(
    "getFirstPage", tag, "What this is, for a person with a browser", answers: [html("Roster")])

  static let swaggerUI = Operation(
    "getSwaggerUI", tag, "Swagger UI, to read and try the API", parameters: [known],
    answers: [html("Roster: the API"), notModified, notInstalled])

  static let stylesheet = fixed("getStylesheet", "How the first page looks", styles)
  static let script = fixed("getSwaggerUIStart", "What starts Swagger UI", code)

  private static let styles = Content("text/css", .text(), example: "body { margin: 0; }\n")
  private static let code = Content("text/javascript", .text(), example: "\"use strict\";\n")

  static let file = Operation(
    "getSwaggerUIFile", tag, "A file of Swagger UI",
    description: "With `v=` and the version that the page names it may be kept for good.",
    parameters: [
      .path("file", .word(of: SwaggerUI.files.map(\.name)), "Its name.", example: "swagger-ui.css"),
      .query("v", .text(), "The version of Swagger UI.", example: "5.34.0"), known,
    ],
    answers: [
      Answer(
        200, "The file", styles, code,
        .bytes("image/png", exampleAt: "/api/docs/favicon-32x32.png"), fields: [entityTag]),
      notModified, notInstalled,
    ])

  private static func fixed(_ id: String, _ summary: String, _ content: Content) -> Operation {
    Operation(
      id, tag, summary, parameters: [known],
      answers: [Answer(200, "It", content, fields: [entityTag]), notModified])
  }

  private static func html(_ title: String) -> Answer {
    Answer(
      200, "The page",
      Content(
        "text/html", .text(),
        example: "<!doctype html>\n<html lang=\"en\">\n<head><title>\(title)</title></head>\n…"),
      fields: [Answer.Field("Content-Security-Policy", .text(), "Nothing comes from another server.")])
  }

  private static let notInstalled = Answer.problem(
    .notFound, "There is no such file, or Swagger UI is not installed", detail: "Swagger UI has no such file")
}
