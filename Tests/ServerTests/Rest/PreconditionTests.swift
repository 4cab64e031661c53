import Foundation
import Postgres
import Testing

@testable import Server

/// `If-Match`, `If-None-Match` and what two clients at once come to.
@Suite struct PreconditionTests {
  @Test func aStateIsNamedAndBuiltUpon() async throws {
    try await LiveAPI.with { api in
      let first = try await api.ask("POST", "/rest/v1/customers/", #"{"phone":"9025163111"}"#)
      let old = try #require(first.fields["etag"])
      let same = try await api.ask("GET", "/rest/v1/customers/1/", nil, ["If-None-Match: W/\"x\", \(old)"])
      #expect(same.status == 304)
      #expect(same.fields["etag"] == old)
      let changed = try await api.ask(
        "PATCH", "/rest/v1/customers/1/", #"{"gender":"F"}"#, ["If-Match: \(old)"])
      #expect(changed.status == 200)
      let new = try #require(changed.fields["etag"])
      #expect(new != old)
      #expect(try await api.ask("GET", "/rest/v1/customers/1/", nil, ["If-None-Match: \(old)"]).status == 200)

      for (method, body) in [
        ("PATCH", #"{"gender":"M"}"#), ("PATCH", #"{"phone":"9025163112"}"#), ("DELETE", nil), ("GET", nil),
      ] {
        let refused = try await api.ask(method, "/rest/v1/customers/1/", body, ["If-Match: \(old)"])
        #expect(refused.status == 412, "\(method)")
        #expect(refused.fields["etag"] == new)
        #expect(refused["success"] as? Bool == false)
        #expect(try await api.ask(method, "/rest/v1/customers/9/", body, ["If-Match: \(old)"]).status == 404)
      }
      #expect(try await api.ask("GET", "/rest/v1/customers/1/")["gender"] as? String == "F")

      let phone = try await api.ask(
        "PATCH", "/rest/v1/customers/1/", #"{"phone":"9025163112"}"#, ["If-Match: \"1\", \(new)"])
      #expect(phone.status == 200)
      let last = try #require(phone.fields["etag"])
      #expect(try await api.ask("GET", "/rest/v1/customers/1/").fields["etag"] == last)
      #expect(
        try await api.ask("PATCH", "/rest/v1/customers/1/", #"{"gender":null}"#, ["If-Match: *"]).status
          == 200)
      #expect(try await api.ask("DELETE", "/rest/v1/customers/1/", nil, ["If-Match: \(last)"]).status == 412)
      #expect(try await api.ask("DELETE", "/rest/v1/customers/1/", nil, ["If-Match: *"]).status == 200)
    }
  }

  /// Of all who build on one state, one has his way, and is told so alone.
  @Test func oneOfManyWhoBuildOnTheSameState() async throws {
    try await LiveAPI.with { api in
      let first = try await api.ask("POST", "/rest/v1/customers/", #"{"phone":"9025163111"}"#)
      var tag = try #require(first.fields["etag"])
      for round in 0..<10 {
        let answers = try await together(12) { [tag] index in
          try await api.ask(
            "PATCH", "/rest/v1/customers/1/", #"{"city_id":\#(round * 100 + index)}"#, ["If-Match: \(tag)"])
        }
        let winners = answers.filter { $0.status == 200 }
        #expect(winners.count == 1)
        #expect(answers.filter { $0.status == 412 }.count == 11)
        tag = try #require(winners.first?.fields["etag"])
        let now = try await api.ask("GET", "/rest/v1/customers/1/")
        #expect(now.text == winners.first?.text)
        #expect(now.fields["etag"] == tag)
      }
    }
  }

  /// Without `If-Match` all have their way, one after the other, and nothing of it is lost.
  @Test func changesOfDifferentFieldsAllStay() async throws {
    try await LiveAPI.with { api in
      _ = try await api.ask("POST", "/rest/v1/customers/", #"{"phone":"9025163111"}"#)
      let bodies = [
        #"{"firstname":"Анна"}"#, #"{"lastname":"Smith"}"#, #"{"email":"a@b"}"#, #"{"gender":"F"}"#,
        #"{"city_id":5}"#,
        #"{"birthday":"2000-01-01"}"#, #"{"phone":"9025163112"}"#,
      ]
      for _ in 0..<5 {
        try await api.session.run(
          script:
            "UPDATE customers SET first_name = NULL, last_name = NULL, email = NULL, gender = NULL, city_id = NULL"
        )
        let answers = try await together(bodies.count) { index in
          try await api.ask("PATCH", "/rest/v1/customers/1/", bodies[index])
        }
        #expect(answers.allSatisfy { $0.status == 200 })
        // Who was answered with the customer has seen his phone, the old one or the new one.
        #expect(answers.filter { $0["id"] != nil }.allSatisfy { $0["phone"] is String })
        let now = try await api.ask("GET", "/rest/v1/customers/1/")
        #expect(
          now.text
            == #"{"id":1,"phone":"9025163112","firstname":"Анна","lastname":"Smith","email":"a@b","#
            + #""birthday":"2000-01-01","gender":"F","city_id":5,"last_auth_at":null}"#)
        #expect(try await api.number("SELECT count(*) FROM phones") == 1)
      }
    }
  }
}

/// Runs `body` so many times at once; the answers are in order.
func together<Value: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Value
) async throws -> [Value] {
  try await withThrowingTaskGroup(of: (Int, Value).self) { group in
    for index in 0..<count { group.addTask { (index, try await body(index)) } }
    var found: [(Int, Value)] = []
    for try await one in group { found.append(one) }
    return found.sorted { $0.0 < $1.0 }.map(\.1)
  }
}
