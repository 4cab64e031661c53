import Bytes
import HTTP
import Postgres

/// Which favorites are asked for.
struct FavoriteFilter: Equatable, Sendable {
  var id: Int64?
  var users: [Int64]?
  var items: [Int64]?
  var created: ISOTime?
  /// As it came, for links.
  private var createdText = ""

  /// No filter at all.
  init() {}

  /// Takes its arguments out of `query`.
  init(_ query: inout QueryFields) {
    id = query.integer("id")
    users = query.integers("user_id")
    items = query.integers("item_id")
    if let text = query.text("created_at") {
      created = Self.time(text)
      createdText = text
      if created == nil {
        query.fault(
          "created_at",
          "must be a date, or a time to the minute, the second or a part of it: 2024-01-09T08:45:19.097Z")
      }
    }
  }

  /// A plus sign that was not encoded arrives as a blank; behind the date a blank is nothing else.
  private static func time(_ text: String) -> ISOTime? {
    let date = text.prefix(11)
    return ISOTime(date + String(text.dropFirst(11).map { $0 == " " ? "+" : $0 }))
  }

  /// The way to find them that looks at the fewest rows, and the filter's values for it; nil if all are asked for.
  var way: (way: FavoriteQueries.Way, values: [Value])? {
    let users = Value.optional(users) { .bigints($0) }
    let items = Value.optional(items) { .bigints($0) }
    let time = [
      Value.optional(created?.start, Value.timestamp),
      Value.optional(created.map { $0.start + $0.length }, Value.timestamp),
    ]
    if let id { return (FavoriteQueries.byID, [.int8(id), users, items] + time) }
    if self.users != nil { return (FavoriteQueries.byUsers, [users, items] + time) }
    switch (created, self.items) {
    case (nil, nil): return nil
    case (nil, _): return (FavoriteQueries.byItems, [items])
    case (_, nil): return (FavoriteQueries.byTime, time)
    default: return (FavoriteQueries.byTimeAndItems, time + [items])
    }
  }

  /// All that a time is written with and a query is not.
  private static let escapes: [Character: String] = ["+": "%2B", " ": "%20"]

  /// As arguments, each with an ampersand behind it.
  var query: String {
    var query = id.map { "id=\($0)&" } ?? ""
    for user in users ?? [] { query += "user_id=\(user)&" }
    for item in items ?? [] { query += "item_id=\(item)&" }
    if created != nil {
      query += "created_at="
      for character in createdText { query += Self.escapes[character] ?? String(character) }
      query += "&"
    }
    return query
  }
}
