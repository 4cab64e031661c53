import Foundation
import Postgres
import Testing

@testable import Server

/// Clients that want the same thing at the same time: on connections of their own, against a real PostgreSQL.
@Suite struct RaceTests {
  @Test func onePhoneIsRegisteredOnce() async throws {
    try await LiveAPI.with { api in
      for round in 0..<15 {
        let answers = try await together(12) { index in
          let phone = ["+7902516\(1000 + round)", "8902516\(1000 + round)", "902516\(1000 + round)"][
            index % 3]
          return try await api.ask(
            "POST", "/rest/v1/customers/", #"{"phone":"\#(phone)","firstname":"Имя \#(round)"}"#)
        }
        #expect(answers.filter { $0.status == 201 }.count == 1)
        #expect(answers.filter { $0.status == 409 }.count == 11)
      }
      #expect(try await api.number("SELECT count(*) FROM customers") == 15)
      #expect(try await api.number("SELECT count(*) FROM phones") == 15)
      #expect(try await api.number("SELECT count(*) FROM firstnames") == 15)
    }
  }

  /// Some take the phone that others give away; some remove those who have it.
  @Test func aPhoneHasOneOwnerWhateverIsDone() async throws {
    try await LiveAPI.with { api in
      for _ in 0..<6 {
        try await api.session.run(script: "DELETE FROM customers; DELETE FROM phones")
        var ids: [Int64] = []
        for index in 0..<4 {
          ids.append(
            try #require(
              try await api.ask("POST", "/rest/v1/customers/", #"{"phone":"902516310\#(index)"}"#).id))
        }
        let people = ids
        let answers = try await together(24) { index in
          let phone = #"{"phone":"902516310\#((index * 7 + index / 4) % 6)"}"#
          switch index % 6 {
          case 5: return try await api.ask("DELETE", "/rest/v1/customers/\(people[index % 4])/")
          case 4: return try await api.ask("POST", "/rest/v1/customers/", phone)
          default: return try await api.ask("PATCH", "/rest/v1/customers/\(people[index % 4])/", phone)
          }
        }
        #expect(Set(answers.map(\.status)).isSubset(of: [200, 201, 404, 409]), "\(answers.map(\.status))")
        // Every customer has his phone, and no phone is left behind.
        #expect(
          try await api.number(
            "SELECT count(*) FROM customers WHERE mobile_phone IS NULL OR phone_id IS NULL") == 0)
        #expect(
          try await api.number(
            """
            SELECT count(*) FROM customers FULL JOIN phones USING (phone_id)
            WHERE customer_id IS NULL OR code IS NULL OR mobile_phone <> '+' || code || number
            """) == 0)
      }
    }
  }

  /// Each wants what the other has: a deadlock that PostgreSQL ends, and that nobody sees.
  @Test func twoWhoSwapPhones() async throws {
    try await LiveAPI.with { api in
      _ = try await api.ask("POST", "/rest/v1/customers/", #"{"phone":"9025163101"}"#)
      _ = try await api.ask("POST", "/rest/v1/customers/", #"{"phone":"9025163102"}"#)
      for _ in 0..<3 {
        let answers = try await together(2) { index in
          try await api.ask(
            "PATCH", "/rest/v1/customers/\(index + 1)/", #"{"phone":"902516310\#(2 - index)"}"#)
        }
        #expect(answers.map(\.status) == [409, 409])
      }
    }
  }

  @Test func oneItemIsLikedOnce() async throws {
    try await LiveAPI.with { api in
      _ = try await api.ask("POST", "/rest/v1/customers/", #"{"phone":"9025163111"}"#)
      for item in 0..<15 {
        let answers = try await together(12) { _ in
          try await api.ask("POST", "/rest/v1/favorites/", #"{"user_id":1,"item_id":\#(item)}"#)
        }
        #expect(answers.filter { $0.status == 201 }.count == 1)
        #expect(answers.filter { $0.status == 200 }.count == 11)
        #expect(Set(answers.map(\.text)).count == 1)
      }
      #expect(try await api.number("SELECT count(*) FROM favorites") == 15)
      let all = try await api.ask("GET", "/rest/v1/favorites/").ids
      let body = #"{"id":\#(all)}"#
      let removed = try await together(8) { index in
        try await api.ask(
          "DELETE", "/rest/v1/favorites/", index % 2 == 0 ? body : #"{"id":\#(Array(all.reversed()))}"#)
      }
      #expect(removed.allSatisfy { $0.status == 200 })
      #expect(
        removed.map { ($0["data"] as? [String: Int])?["count_deleted"] ?? -1 }.sorted().suffix(2) == [0, 15])
    }
  }

  /// Either the favorite was first and went with the customer, or the customer was gone already.
  @Test func aFavoriteOfACustomerWhoIsBeingRemoved() async throws {
    try await LiveAPI.with { api in
      for _ in 0..<10 {
        let id = try #require(try await api.ask("POST", "/rest/v1/customers/", #"{"phone":"9025163111"}"#).id)
        let answers = try await together(9) { index in
          index == 4
            ? try await api.ask("DELETE", "/rest/v1/customers/\(id)/")
            : try await api.ask("POST", "/rest/v1/favorites/", #"{"user_id":\#(id),"item_id":\#(index)}"#)
        }
        #expect(answers[4].status == 200)
        #expect(Set(answers.map(\.status)).isSubset(of: [200, 201, 422]))
        #expect(try await api.number("SELECT count(*) FROM favorites") == 0)
      }
    }
  }
}
