import Foundation
import Postgres
import Testing

@testable import Server

/// The routes of favorites over a socket, on a real PostgreSQL.
@Suite struct FavoriteTests {
  private static let path = "/rest/v1/favorites/"

  @Test func aFavoriteIsAddedOnceAndRemoved() async throws {
    try await LiveAPI.with { api in
      _ = try await api.ask("POST", "/rest/v1/customers/", #"{"phone":"9025163111"}"#)
      let body = #"{"user_id":1,"item_id":-9223372036854775808}"#
      let first = try await api.ask("POST", Self.path, body)
      #expect(first.status == 201)
      let created = try #require(first["created_at"] as? String)
      #expect(
        first.text == #"{"id":1,"user_id":1,"item_id":-9223372036854775808,"created_at":"\#(created)"}"#)
      #expect(created.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
      let second = try await api.ask("POST", "/rest/v1/favorites", body)
      #expect(second.status == 200)
      #expect(second.text == first.text)

      _ = try await api.ask("POST", Self.path, #"{"user_id":1,"item_id":5}"#)
      #expect(try await api.ask("GET", Self.path).count == 2)
      let removed = try await api.ask("DELETE", Self.path, #"{"id":[1,2,3,1,9223372036854775807,-5]}"#)
      #expect(removed.status == 200)
      let id = try await api.number("SELECT min(favorite_id) FROM favorites")
      #expect(
        removed.text == #"{"success":true,"message":null,"data":{"count_deleted":\#(id == nil ? 2 : 1)}}"#)
      #expect(
        try await api.ask("DELETE", "/rest/v1/favorites", #"{"id":[1]}"#).text
          == #"{"success":true,"message":null,"data":{"count_deleted":0}}"#)
    }
  }

  private static let bad: [(method: String, body: String, faults: [String])] = [
    ("POST", "{}", ["user_id", "item_id"]), ("POST", #"{"user_id":1}"#, ["item_id"]),
    ("POST", #"{"user_id":null,"item_id":null}"#, ["user_id", "item_id"]),
    ("POST", #"{"user_id":"1","item_id":1}"#, ["user_id"]),
    ("POST", #"{"user_id":1.5,"item_id":true}"#, ["user_id", "item_id"]),
    ("POST", #"{"user_id":0,"item_id":1}"#, ["user_id"]),
    ("POST", #"{"user_id":-1,"item_id":1}"#, ["user_id"]),
    ("POST", #"{"user_id":9223372036854775808,"item_id":-9223372036854775809}"#, ["user_id", "item_id"]),
    ("POST", #"{"user_id":1,"item_id":1,"created_at":null,"id":1}"#, ["created_at", "id"]),
    ("POST", #"{"user_id":1,"item_id":1,"item_id":2}"#, ["item_id"]),
    ("POST", #"{"user_id":77,"item_id":1}"#, ["user_id"]),
    ("DELETE", "{}", ["id"]), ("DELETE", #"{"id":[]}"#, ["id"]), ("DELETE", #"{"id":1}"#, ["id"]),
    ("DELETE", #"{"id":[1,"2"]}"#, ["id"]), ("DELETE", #"{"id":[1,null]}"#, ["id"]),
    ("DELETE", #"{"id":[1.5]}"#, ["id"]),
    ("DELETE", #"{"id":[[1]]}"#, ["id"]), ("DELETE", #"{"id":null}"#, ["id"]),
    ("DELETE", #"{"id":[1],"ids":[2]}"#, ["ids"]),
    ("DELETE", #"{"id":[9223372036854775808]}"#, ["id"]),
  ]

  @Test func whatIsWrongIsNamed() async throws {
    try await LiveAPI.with { api in
      let client = try await api.connect()
      defer { client.close() }
      for (method, body, faults) in Self.bad {
        let answer = try await client.ask(method, Self.path, bytes: Array(body.utf8))
        #expect(answer.status == 422, "\(method) \(body)")
        #expect(answer.faults.sorted() == faults.sorted(), "\(method) \(body)")
        #expect(answer["success"] as? Bool == false)
      }
      let many = Array(1...10_000)
      #expect(try await client.ask("DELETE", Self.path, bytes: Array(#"{"id":\#(many)}"#.utf8)).status == 200)
      let more = try await client.ask("DELETE", Self.path, bytes: Array(#"{"id":\#(many + [1])}"#.utf8))
      #expect(more.faults == ["id"])
      #expect(try await client.ask("DELETE", Self.path, bytes: nil).status == 411)
    }
  }

  private static let rows = """
    INSERT INTO customers (customer_id) SELECT generate_series(1, 5);
    INSERT INTO favorites (favorite_id, user_id, item_id, created_at) VALUES
      (1, 1, 10, '2024-01-09 08:45:19.097+00'), (2, 1, 11, '2024-01-09 08:45:19.1+00'),
      (3, 2, 10, '2024-01-09 08:45:20+00'), (4, 3, 10, '2024-01-09 08:46:00+00'), (5, 3, 12, '2024-01-10 00:00:00+00'),
      (6, 4, 11, NULL), (9223372036854775807, 5, 9223372036854775807, '0001-01-01 00:00:00+00')
    """
  private static let last: Int64 = .max

  /// What a query gives, in order.
  private static let found: [(query: String, ids: [Int64])] = [
    ("", [1, 2, 3, 4, 5, 6, last]), ("id=3", [3]), ("id=99", []), ("id=-1", []),
    ("id=9223372036854775807", [last]),
    ("user_id=1", [1, 2]), ("user_id=1&user_id=3", [1, 2, 4, 5]),
    ("user_id=3&user_id=1&user_id=1", [1, 2, 4, 5]),
    ("item_id=10", [1, 3, 4]), ("item_id=11&item_id=10", [1, 2, 3, 4, 6]),
    ("item_id=9223372036854775807", [last]),
    ("user_id=1&item_id=10", [1]), ("user_id=1&user_id=2&item_id=10&item_id=12", [1, 3]),
    ("id=1&user_id=2", []),
    ("id=1&user_id=1&item_id=10&created_at=2024-01-09", [1]), ("id=1&item_id=11", []),
    ("created_at=2024-01-09", [1, 2, 3, 4]), ("created_at=2024-01-09T08:45", [1, 2, 3]),
    ("created_at=2024-01-09T08:45:19Z", [1, 2]), ("created_at=2024-01-09T08:45:19.1Z", [2]),
    ("created_at=2024-01-09T08:45:19.09Z", [1]), ("created_at=2024-01-09T08:45:19.097Z", [1]),
    ("created_at=2024-01-09T08:45:19.097000Z", [1]), ("created_at=2024-01-09T08:45:19.0971Z", []),
    ("created_at=2024-01-09T11:45:19.097%2B03:00", [1]), ("created_at=2024-01-09T11:45:19.097+03:00", [1]),
    ("created_at=2024-01-10", [5]), ("created_at=0001-01-01", [last]), ("created_at=9999-12-31", []),
    ("item_id=10&created_at=2024-01-09T08:45", [1, 3]), ("user_id=3&created_at=2024-01-10", [5]),
    ("limit=2", [1, 2]), ("limit=2&offset=1", [2, 3]), ("offset=6", [last]), ("offset=7", []),
    ("offset=9223372036854775807", []), ("item_id=10&offset=9223372036854775807&limit=1000", []),
    ("user_id=1&user_id=3&limit=2&offset=1", [2, 4]), ("item_id=10&item_id=11&limit=2&offset=2", [3, 4]),
    ("created_at=2024-01-09&limit=1&offset=3", [4]), ("id=1&offset=1", []),
    ("offset=1&after=2&limit=2", [4, 5]), ("after=4", [5, 6, last]),
    ("after=-9223372036854775808&limit=1", [1]), ("item_id=10&after=1", [3, 4]),
    ("user_id=3&after=4", [5]), ("created_at=2024-01-09&after=2", [3, 4]), ("after=9223372036854775807", []),
  ]

  @Test func filtersChooseRows() async throws {
    try await LiveAPI.with { api in
      try await api.session.run(script: Self.rows)
      let client = try await api.connect()
      defer { client.close() }
      let all = Dictionary(uniqueKeysWithValues: Self.found.map { ($0.query, Int64($0.ids.count)) })
      for (query, ids) in Self.found {
        let answer = try await client.ask("GET", "\(Self.path)?\(query)", bytes: nil)
        #expect(answer.status == 200, "\(query)")
        #expect(answer.ids == ids, "\(query)")
        #expect(answer.fields["x-count"] == "exact")
        // All that the filters choose, whatever part of it is shown.
        let filters = query.split(separator: "&").filter {
          !$0.hasPrefix("limit") && !$0.hasPrefix("offset") && !$0.hasPrefix("after")
        }
        let whole = filters.joined(separator: "&")
        if let count = all[whole] { #expect(answer.count == count, "\(query)") }
        let insisting = try await client.ask(
          "GET", "\(Self.path)?\(query)", bytes: nil, ["Prefer: count=exact"])
        #expect(insisting.text == answer.text)
      }
      let unknown = try await client.ask("GET", "\(Self.path)?id=6", bytes: nil)
      #expect(unknown.text == #"{"items":[{"id":6,"user_id":4,"item_id":11,"created_at":null}],"count":1}"#)
    }
  }

  private static let wrong: [(query: String, faults: [String])] = [
    ("limit=0", ["limit"]), ("limit=1001", ["limit"]), ("limit=", ["limit"]), ("limit=1.5", ["limit"]),
    ("limit=%2B5", ["limit"]), ("offset=-1", ["offset"]), ("offset=9223372036854775808", ["offset"]),
    ("id=x", ["id"]), ("id=1&id=2", ["id"]),
    ("user_id=1&user_id=x", ["user_id"]),
    ("item_id=1,2", ["item_id"]), ("user_id[]=1", ["user_id[]"]), ("created_at=", ["created_at"]),
    ("created_at=yesterday", ["created_at"]), ("created_at=2024-02-30", ["created_at"]),
    ("created_at=2024-01-09&created_at=2024-01-10", ["created_at"]), ("page=2&Limit=3", ["page", "Limit"]),
    (
      "limit=0&offset=x&id=&user_id=&item_id=&created_at=x",
      ["limit", "offset", "id", "user_id", "item_id", "created_at"]
    ),
  ]

  @Test func argumentsThatAreWrongAreNamed() async throws {
    try await LiveAPI.with { api in
      for (query, faults) in Self.wrong {
        let answer = try await api.ask("GET", "\(Self.path)?\(query)")
        #expect(answer.status == 422, "\(query)")
        #expect(answer.faults.sorted() == faults.sorted(), "\(query)")
      }
      for query in ["limit=%", "limit=%FF", "id=%00"] {
        #expect(try await api.ask("GET", "\(Self.path)?\(query)").status == 400, "\(query)")
      }
    }
  }

  /// `Link` leads through the whole list, each row once, also while rows come and go.
  @Test func linksLeadThroughTheList() async throws {
    try await LiveAPI.with { api in
      try await api.session.run(
        script: """
          INSERT INTO customers (customer_id) SELECT generate_series(1, 40);
          INSERT INTO favorites (user_id, item_id, created_at)
            SELECT u, i, '2024-01-09 08:45:19+00' FROM generate_series(1, 40) u, generate_series(1, 5) i
          """)
      let filters = [
        "", "item_id=2&item_id=3&", "user_id=7&user_id=8&", "created_at=2024-01-09T11:45:19%2B03:00&",
      ]
      for (filter, count) in zip(filters, [200, 80, 10, 200]) {
        var target = "\(Self.path)?\(filter)limit=7"
        var seen: [Int64] = []
        while true {
          let answer = try await api.ask("GET", target)
          #expect(answer.count == Int64(count))
          seen += answer.ids
          guard let link = answer.fields["link"] else { break }
          let match = try #require(link.wholeMatch(of: /<(.*)>; rel="next"/))
          target = String(match.1)
        }
        #expect(seen.count == count)
        #expect(seen == seen.sorted() && Set(seen).count == count)
      }
    }
  }

  /// Beyond a hundred thousand rows of a filter the planner is asked, and it is said.
  @Test func largeCountsAreEstimated() async throws {
    try await LiveAPI.with { api in
      try await api.session.run(
        script: """
          INSERT INTO customers (customer_id) SELECT generate_series(1, 30000);
          INSERT INTO favorites (user_id, item_id, created_at)
            SELECT u, i, '2024-01-09 08:45:19+00' FROM generate_series(1, 30000) u, generate_series(1, 4) i;
          ANALYZE customers; ANALYZE favorites
          """)
      let day = try await api.ask("GET", "\(Self.path)?created_at=2024-01-09&limit=1")
      #expect(day.fields["x-count"] == "estimated")
      #expect((100_001...140_000).contains(day.count ?? 0), "\(day.count ?? 0)")
      let exact = try await api.ask(
        "GET", "\(Self.path)?created_at=2024-01-09&limit=1", nil, ["Prefer: count=exact"])
      #expect(exact.fields["x-count"] == "exact")
      #expect(exact.count == 120_000)
      #expect(try await api.ask("GET", "\(Self.path)?item_id=1&item_id=2&limit=1").count == 60_000)

      // All rows: first what the planner thinks, then what was counted aside, then with what was done since.
      let first = try await api.ask("GET", "\(Self.path)?limit=1")
      #expect(["estimated", "cached; age=0"].contains(first.fields["x-count"]))
      var next = first
      while next.fields["x-count"]?.hasPrefix("cached") != true {
        next = try await api.ask("GET", "\(Self.path)?limit=1")
      }
      #expect(next.count == 120_000)
      _ = try await api.ask("POST", Self.path, #"{"user_id":1,"item_id":5}"#)
      #expect(try await api.ask("GET", "\(Self.path)?limit=1").count == 120_001)
      // Deep pages are the same rows.
      let deep = try await api.ask("GET", "\(Self.path)?limit=3&offset=119998")
      #expect(deep.ids.count == 3)
      #expect(deep.ids == (try await api.ask("GET", "\(Self.path)?limit=3&after=\(deep.ids[0] - 1)").ids))
      let customers = try await api.ask("GET", "/rest/v1/customers/?limit=2&offset=29998")
      #expect(customers.ids == [29_999, 30_000])
      #expect(customers.fields["link"] == nil)
    }
  }
}
