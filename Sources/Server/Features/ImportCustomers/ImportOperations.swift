import HTTP
import OpenAPI

/// What the document says of the import.
enum ImportOperations {
  static let tag = Operation.Tag("Import", "Registered users out of a Microsoft SQL Server.")

  static let run = operation("importCustomers")
  static let runByGet = operation("importCustomersByGet")

  private static func operation(_ id: String) -> Operation {
    Operation(
      id, tag, "Import the registered users",
      description: """
        Reads all registered users from the SQL Server and merges them; the answer comes when that is done. Rows that \
        are there already as they are change nothing. A call while an import runs, be it on another server of the \
        same database, waits for that one. If SQL Server does not answer, it is tried again after a pause.
        """,
      answers: [
        Answer(
          200, "What became of the rows", .json(.object(success + [Member("data", counts)]), example: example)
        ),
        .problem(
          .badGateway, "SQL Server cannot be reached, broke off, or does not take the log-in or the query",
          detail: "SQL Server: SQLDriverConnect: Login failed for user 'reader'. (SQLSTATE 42000)"),
        .problem(
          .gatewayTimeout, "SQL Server said nothing for too long",
          detail: "SQL Server said nothing for 30000 ms"),
        .problem(
          .notImplemented, "No SQL Server is named",
          detail: "no SQL Server is named; start the server with MSSQL_HOST or MSSQL_CONNECTION"),
        .problem(
          .serviceUnavailable, "The database is away, or this server is stopping",
          detail: "the server is stopping; what was imported stays, and another call goes on",
          fields: [.retryAfter]),
      ])
  }

  static let status = Operation(
    "getImport", tag, "How far the last import is",
    description: "The import that runs, or the last one, with the first hundred rows that were not taken.",
    answers: [
      Answer(
        200, "The import",
        .json(.object(success + [Member("data", counts), record, findings]), example: whole)),
      .problem(.notFound, "There was none yet", detail: "nothing was imported yet"),
    ])

  private static let success = [Member("success", .boolean), Member("message", .text().orNull)]

  private static let counts = Shape.object(
    ["read", "inserted", "updated", "unchanged", "rejected"].map { Member($0, .integer(0...Int64.max)) }
  ).named("ImportCounts")

  private static let record = Member(
    "import",
    .object([
      Member("id", .integer(1...Int64.max)),
      Member("state", .word(of: ["running", "finished", "failed", "interrupted"])),
      Member("attempt", .integer(1...Int64.max)), Member("started_at", .instant),
      Member("changed_at", .instant), Member("finished_at", .instant.orNull),
    ]))

  private static let findings = Member(
    "findings",
    .array(
      of: .object([
        Member("row", .integer(1...Int64.max).described("Its place in the source's answer.")),
        Member("source_ref", .text().orNull.described("The id of the row there.")), Member("reason", .text()),
      ]), 0...Int(ImportReport.shownFindings)))

  private static let data: JSONLiteral = [
    "read": 78_553, "inserted": 20, "updated": 3, "unchanged": 78_529, "rejected": 1,
  ]

  private static let example: JSONLiteral = [
    "success": true, "message": "read 78553 rows, rejected 1", "data": data,
  ]

  private static let whole: JSONLiteral = [
    "success": true, "message": nil, "data": data,
    "import": [
      "id": 7, "state": "finished", "attempt": 1, "started_at": "2024-01-09T08:45:19.097Z",
      "changed_at": "2024-01-09T08:45:23.512Z", "finished_at": "2024-01-09T08:45:23.514Z",
    ],
    "findings": [
      ["row": 17, "source_ref": "14722", "reason": "phone: +79025163111 is that of customer 12 already"]
    ],
  ]
}
