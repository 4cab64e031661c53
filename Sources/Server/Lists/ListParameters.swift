import OpenAPI

/// What the document says of lists.
enum ListParameters {
  static let window: [Parameter] = [
    .query(
      "limit", .integer(PageWindow.limitRange).defaulting(to: .integer(PageWindow.limitDefault)),
      "How many rows at most.", example: 2),
    .query("offset", .integer(0...Int64.max), "Rows that are passed over."),
    .query("after", .integer(), "Rows begin behind this id; `offset` is counted from there."),
  ]

  static let prefer = Parameter.header(
    "Prefer", .text(),
    "`count=exact` counts all rows at this moment; 503 says so where that takes longer than the server lets it."
  )

  static let fields: [Answer.Field] = [
    .init(
      "X-Count", .text(),
      "How `count` is known: `exact`, `cached; age=` and seconds, or `estimated`, which is what the planner thinks."
    ),
    .init("Link", .text(), "`rel=\"next\"`: the rows behind these, if there are more."),
  ]
}
