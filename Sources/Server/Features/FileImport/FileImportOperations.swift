import HTTP
import OpenAPI

/// What the document says of the import.
enum FileImportOperations {
  static let importRows = Operation(
    "importCustomerFile", CustomerOperations.tag, "Takes in a file of customers",
    description: """
      The file is read while it is being sent, in bounded memory: CSV (RFC 4180) whose first line names some of the \
      columns of a customer in any order, or an object a line (NDJSON) with some of them. What a row does not name is \
      null, and so is an empty text; a row without `customer_id` draws one. Exports that have passed an id already, which \
      is given now (see `GET /customers/watermark`), do not see its row.

      Unless `on_error` is `skip` it is all or nothing. Rows that are not taken are told with their lines, the first \
      \(FileImportReport.mostErrors) of them; of the others there is a count. The body may be compressed with gzip \
      (`Content-Encoding`).
      """,
    parameters: [
      .query(
        "on_error",
        .word(of: FileImportArguments.OnError.allCases.map(\.rawValue)).defaulting(to: "abort"),
        "What becomes of the good rows if there are bad ones: none is taken, or all of them are.",
        example: "skip")
    ],
    body: Body(
      Content(
        "text/csv", .text(),
        example: "first_name,last_name,date_of_birth\nÅsa,\"Öberg, jr.\",1980-02-29\n"),
      // NDJSON is named in the text alone: the checker of the document has no way to write it.
      description: "The file, as CSV or as NDJSON (`application/x-ndjson`)."),
    answers: [
      Answer(200, "There was nothing to import, or nothing that could be", .json(report, example: nothing)),
      Answer(201, "The rows are in the table", .json(report, example: done)),
      problem(.conflict, "Ids are taken", clash),
      problem(.unprocessableContent, "The file cannot be read, or has bad rows", fault),
      .problem(
        .unsupportedMediaType, "The body is neither CSV nor NDJSON, not UTF-8, or compressed in another way",
        detail: "send the rows as text/csv or as application/x-ndjson, and say so in Content-Type"),
    ])

  private static let error = Shape.object([
    Member("line", .integer(1...Int64.max).described("Where the row begins in the file.")),
    Member("column", .text(), isRequired: false),
    Member("reason", .text()),
  ])

  private static let members = [
    Member("read", .integer(0...Int64.max).described("Rows of the file.")),
    Member("inserted", .integer(0...Int64.max).described("Rows that are in the table now.")),
    Member("rejected", .integer(0...Int64.max).described("Rows that are not taken.")),
    Member(
      "errors_not_listed", .integer(0...Int64.max).described("Rejected rows that `errors` does not tell.")),
    Member("errors", .array(of: error, 0...FileImportReport.mostErrors + 1)),
  ]

  private static let report = Shape.object(members).named("FileImportReport")

  private static func problem(_ status: Status, _ description: String, _ fault: JSONLiteral) -> Answer {
    .problem(
      status, description, detail: "1 row was rejected; nothing was imported, since on_error is abort",
      shapeName: "FileImportProblem", members: members,
      example: [
        .init("read", 3), .init("inserted", 0), .init("rejected", 1), .init("errors_not_listed", 0),
        .init("errors", [fault]),
      ])
  }

  private static let clash: JSONLiteral = [
    "line": 3, "column": "customer_id", "reason": "the id 5 is a customer's already",
  ]
  private static let fault: JSONLiteral = [
    "line": 3, "column": "date_of_birth",
    "reason": "\"31.12.1999\" is no date; write YYYY-MM-DD, from 0001-01-01 to 9999-12-31",
  ]
  private static let nothing: JSONLiteral = [
    "read": 0, "inserted": 0, "rejected": 0, "errors_not_listed": 0, "errors": [],
  ]
  private static let done: JSONLiteral = [
    "read": 3, "inserted": 2, "rejected": 1, "errors_not_listed": 0, "errors": [fault],
  ]
}
