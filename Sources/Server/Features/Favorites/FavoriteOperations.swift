import HTTP
import OpenAPI

/// What the document says of favorites.
enum FavoriteOperations {
  private static let tag = Operation.Tag(
    "Favorites", "Which items customers like. Paths end with a slash or without.")

  private static let shape = Shape.object([
    Member("id", .integer(1...Int64.max)), Member("user_id", .integer(1...Int64.max)),
    Member("item_id", .integer()), Member("created_at", Shape.instant.orNull),
  ]).named("Favorite")

  private static let example: JSONLiteral = [
    "id": 1, "user_id": 14722, "item_id": 10, "created_at": "2024-01-09T08:45:19.097Z",
  ]

  private static let listShape = Shape.object([
    Member("items", .array(of: shape, 0...Int(PageWindow.limitRange.upperBound))),
    Member("count", .integer(0...Int64.max).described("All that the filters choose; see `X-Count`.")),
  ]).named("FavoriteList")

  static let list = Operation(
    "listFavorites", tag, "Favorites by id",
    description: """
      Filters that are given must all hold. Of a filter that is repeated one is enough: \
      `user_id=14738&user_id=14722&item_id=10`.
      """,
    parameters: ListParameters.window + [
      .query("id", .integer(), "The favorite with this id."),
      .query("user_id", .array(of: .integer()), "Favorites of these customers.", example: [14738, 14722]),
      .query("item_id", .array(of: .integer()), "Favorites that are these items.", example: [10, 12]),
      .query(
        "created_at", .either(.date, .instant),
        """
        When it was added, as exactly as it is said: `2024-01-09` is any moment of that day, `2024-01-09T08:45Z` of that \
        minute, `2024-01-09T08:45:19.097Z` of that millisecond. Without a zone it is UTC.
        """),
      ListParameters.prefer,
    ],
    answers: [
      Answer(
        200, "The favorites", .json(listShape, example: ["items": [example], "count": 1]),
        fields: ListParameters.fields),
      RestAnswers.invalid("user_id", "must be a whole number of 64 bits each time"),
    ])

  static let add = Operation(
    "addFavorite", tag, "Add an item to a customer's favorites", parameters: [RestAnswers.idempotencyKey],
    body: Body(
      .json(
        Shape.object([Member("user_id", .integer(1...Int64.max)), Member("item_id", .integer())])
          .named("NewFavorite"), example: ["user_id": 14722, "item_id": 10])),
    answers: [
      Answer(200, "It is there already", .json(shape, example: example), fields: [RestAnswers.replayed]),
      Answer(201, "It is added", .json(shape, example: example), fields: [RestAnswers.replayed]),
      RestAnswers.keyIsUsed, RestAnswers.unsupportedType,
      RestAnswers.invalid("user_id", "there is no customer with this id"),
    ])

  static let remove = Operation(
    "removeFavorites", tag, "Remove favorites by their ids",
    description: "Ids that are not there are no error; `count_deleted` says how many were.",
    body: Body(
      .json(
        Shape.object([Member("id", .array(of: .integer(), 1...FavoriteRoutes.idsLimit))]).named(
          "FavoriteIDs"),
        example: ["id": [1, 2, 3]])),
    answers: [
      Answer(
        200, "It is done",
        .json(
          Shape.object([
            Member("success", .boolean), Member("message", .text().orNull),
            Member("data", .object([Member("count_deleted", .integer(0...Int64(FavoriteRoutes.idsLimit)))])),
          ]).named("FavoritesRemoved"),
          example: ["success": true, "message": nil, "data": ["count_deleted": 2]])),
      RestAnswers.unsupportedType,
      RestAnswers.invalid("id", "must be an array of 1 to \(FavoriteRoutes.idsLimit) whole numbers"),
    ])
}
