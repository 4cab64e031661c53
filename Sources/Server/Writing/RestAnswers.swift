import HTTP
import OpenAPI

/// What the document says again and again of routes that read and change rows.
enum RestAnswers {
  static let entityTag = Answer.Field(
    "ETag", .text(), "Names this state, for `If-Match` and `If-None-Match`.")

  static let replayed = Answer.Field(
    "Idempotency-Replayed", .word(of: ["true"]), "The answer was given before, to the same key.")

  static let ifMatch = Parameter.header(
    "If-Match", .text(), "An `ETag`: only if the row is still in this state; else 412.")

  static let ifNoneMatch = Parameter.header(
    "If-None-Match", .text(), "An `ETag` that the client has already: then 304.")

  static let idempotencyKey = Parameter.header(
    "Idempotency-Key", .text(1...IdempotencyKey.lengthLimit, pattern: "^[!-~]+$"),
    """
    A word of the client's own for this request. The same word with the same body within \(IdempotencyKey.hours) hours is \
    answered as before and changes nothing; with another body it is a 409.
    """)

  static let otherState = Answer.problem(
    .preconditionFailed, "The row is in another state than the one that `If-Match` names",
    detail: "the row is in another state than the one that If-Match names; read it again", fields: [entityTag]
  )

  static let unsupportedType = Answer.problem(
    .unsupportedMediaType, "The body is no JSON by its type", detail: "send the body as application/json")

  static let keyIsUsed = Answer.problem(
    .conflict, "The `Idempotency-Key` stood for another request",
    detail: "Idempotency-Key: was used for another request; give each request its own")

  static func invalid(_ name: String, _ detail: String) -> Answer {
    .problem(
      .unprocessableContent, "Fields are unknown or wrong; each is named", detail: "\(name): \(detail)",
      faults: [.init(name, detail)])
  }
}
