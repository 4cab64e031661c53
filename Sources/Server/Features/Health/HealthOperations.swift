import HTTP
import OpenAPI

/// What the document says of the probes.
enum HealthOperations {
  static let tag = Operation.Tag("Operation", "For whoever keeps the server running.")

  static let alive = Operation(
    "getLiveness", tag, "Is the process there",
    answers: [
      Answer(
        200, "It is",
        .json(.object([Member("status", .word(of: ["alive"]))]), example: ["status": "alive"]))
    ])

  static let ready = Operation(
    "getReadiness", tag, "Can it work: database, pool and schema",
    answers: [
      Answer(
        200, "It can",
        .json(
          .object([Member("status", .word(of: ["ready"])), Member("database", .word(of: ["up"]))]),
          example: ["status": "ready", "database": "up"])),
      .problem(
        .serviceUnavailable, "It cannot, and why", detail: "the server is stopping",
        fields: [.retryAfter]),
    ])
}
