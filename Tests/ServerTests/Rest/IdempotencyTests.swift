import Foundation
import Postgres
import TestSupport
import Testing

@testable import Server

/// `Idempotency-Key`: the same request is done once, however often it comes.
@Suite struct IdempotencyTests {
  private static let body =
    #"{"phone":"9025163111","firstname":"Виктор","last_auth_at":"2023-12-21T04:20:37.024Z"}"#
  private static let path = "/rest/v1/customers/"

  @Test func theSameRequestIsAnsweredAsBefore() async throws {
    try await LiveAPI.with { api in
      let first = try await api.ask("POST", Self.path, Self.body, ["Idempotency-Key: abc"])
      #expect(first.status == 201)
      #expect(first.fields["idempotency-replayed"] == nil)
      // Whatever becomes of the customer meanwhile.
      _ = try await api.ask("PATCH", "/rest/v1/customers/1/", #"{"firstname":"Ольга"}"#)
      _ = try await api.ask("PATCH", "/rest/v1/customers/1/", #"{"phone":"9025163112"}"#)
      let again = try await api.ask("POST", "/rest/v1/customers", Self.body, ["Idempotency-Key: abc"])
      #expect(again.status == 201)
      #expect(again.text == first.text)
      #expect(again.fields["etag"] == first.fields["etag"])
      #expect(again.fields["location"] == first.fields["location"])
      #expect(again.fields["idempotency-replayed"] == "true")
      #expect(try await api.number("SELECT count(*) FROM customers") == 1)
    }
  }

  @Test func aKeyStandsForOneRequest() async throws {
    try await LiveAPI.with { api in
      _ = try await api.ask("POST", Self.path, Self.body, ["Idempotency-Key: abc"])
      let other = try await api.ask("POST", Self.path, #"{"phone":"9025163112"}"#, ["Idempotency-Key: abc"])
      #expect(other.status == 409)
      #expect(other.faults == ["Idempotency-Key"])
      // For another route, and from another client, it is another key.
      #expect(
        try await api.ask(
          "POST", "/rest/v1/favorites/", #"{"user_id":1,"item_id":1}"#, ["Idempotency-Key: abc"]
        )
        .status == 201)
      #expect(
        try await api.ask(
          "POST", Self.path, #"{"phone":"9025163112"}"#, ["Idempotency-Key: abc", "X-CUTSOM-AUTH: b"]
        )
        .status == 201)
      for key in ["", "a b", "ключ", String(repeating: "x", count: 256)] {
        let answer = try await api.ask(
          "POST", Self.path, #"{"phone":"9025163113"}"#, ["Idempotency-Key: \(key)"])
        #expect(answer.status == 422, "\(key)")
      }
      #expect(try await api.number("SELECT count(*) FROM customers") == 2)
    }
  }

  @Test func manyAtOnceAreOne() async throws {
    try await LiveAPI.with { api in
      for round in 0..<10 {
        let body = #"{"phone":"902516\#(1000 + round)"}"#
        let answers = try await together(10) { _ in
          try await api.ask("POST", Self.path, body, ["Idempotency-Key: \(round)"])
        }
        #expect(answers.allSatisfy { $0.status == 201 }, "\(answers.map(\.status))")
        #expect(Set(answers.map(\.text)).count == 1)
        #expect(answers.filter { $0.fields["idempotency-replayed"] == nil }.count == 1)
        let id = try #require(answers[0].id)
        let likes = try await together(10) { _ in
          try await api.ask(
            "POST", "/rest/v1/favorites/", #"{"user_id":\#(id),"item_id":1}"#,
            ["Idempotency-Key: \(round)"])
        }
        #expect(likes.allSatisfy { $0.status == 201 }, "\(likes.map(\.status))")
      }
      #expect(try await api.number("SELECT count(*) FROM customers") == 10)
      #expect(try await api.number("SELECT count(*) FROM favorites") == 10)
    }
  }

  /// What failed is not kept: the same key may be tried again.
  @Test func aFailureIsNoAnswerToKeep() async throws {
    try await LiveAPI.with { api in
      _ = try await api.ask("POST", Self.path, Self.body)
      #expect(try await api.ask("POST", Self.path, Self.body, ["Idempotency-Key: abc"]).status == 409)
      _ = try await api.ask("DELETE", "/rest/v1/customers/1/")
      #expect(try await api.ask("POST", Self.path, Self.body, ["Idempotency-Key: abc"]).status == 201)
    }
  }

  @Test func answersAreKeptForADay() async throws {
    try await LiveAPI.with { api in
      _ = try await api.ask("POST", Self.path, Self.body, ["Idempotency-Key: abc"])
      try await api.session.run(
        script: """
          INSERT INTO idempotency_keys SELECT scope, 'old ' || n, request, status, answer, customer_id,
            now() - interval '25 hours' FROM idempotency_keys, generate_series(1, 5) n
          """)
      _ = try await api.ask("POST", Self.path, #"{"phone":"9025163112"}"#, ["Idempotency-Key: def"])
      #expect(try await api.number("SELECT count(*) FROM idempotency_keys WHERE key LIKE 'old%'") == 2)
      try await api.session.run(
        script: "UPDATE idempotency_keys SET created_at = now() - interval '25 hours'")
      let late = try await api.ask("POST", Self.path, #"{"phone":"9025163113"}"#, ["Idempotency-Key: abc"])
      #expect(late.status == 201)
      #expect(late["phone"] as? String == "9025163113")
    }
  }

  /// A trigger that waits for a lock in the midst of a write, and the lock.
  private static let hold = """
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$;
    CREATE TRIGGER wait AFTER INSERT ON customers FOR EACH ROW EXECUTE FUNCTION wait();
    SELECT pg_advisory_lock(1)
    """

  /// Processes of PostgreSQL that wait for the lock.
  private static let waiting = """
    FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """

  /// The connection breaks between the write and the word of it. Nobody knows then, and the client is told so; it is
  /// not written again behind his back, and with his key he may ask again.
  @Test func whatWasWrittenUnheardIsFoundAgain() async throws {
    try await LiveAPI.withProxy { api, proxy in
      _ = try await api.ask("POST", Self.path, #"{"phone":"9025163100"}"#)
      try await api.session.run(script: Self.hold)
      let asking = Task(executorPreference: api.loop) {
        try await api.ask("POST", Self.path, Self.body, ["Idempotency-Key: abc"])
      }
      while try await api.number("SELECT count(*) \(raw: Self.waiting)") == 0 {}
      try await proxy.cutAll()
      let lost = try await asking.value
      #expect(lost.status == 503)
      #expect(lost["success"] as? Bool == false)
      #expect((lost["detail"] as? String)?.contains("Idempotency-Key") == true)
      try await api.session.run(script: "SELECT pg_advisory_unlock(1); DROP TRIGGER wait ON customers")
      // PostgreSQL goes on with it, whether anybody hears of it or not.
      while try await api.number("SELECT count(*) FROM customers") == 1 {}
      var again = APIAnswer()
      while again.status != 201 {
        again = try await api.ask("POST", Self.path, Self.body, ["Idempotency-Key: abc"])
        #expect([201, 503].contains(again.status))
      }
      #expect(again.fields["idempotency-replayed"] == "true")
      #expect(again["firstname"] as? String == "Виктор")
      #expect(try await api.number("SELECT count(*) FROM customers") == 2)
    }
  }

  /// PostgreSQL ends the session and says so: nothing was written, and the client may try again.
  @Test func whatWasUndoneIsSaid() async throws {
    try await LiveAPI.with(writeConnections: 1) { api in
      _ = try await api.ask("POST", Self.path, #"{"phone":"9025163100"}"#)
      try await api.session.run(script: Self.hold)
      let asking = Task(executorPreference: api.loop) { try await api.ask("POST", Self.path, Self.body) }
      while try await api.number("SELECT count(pg_terminate_backend(pid)) \(raw: Self.waiting)") == 0 {}
      let lost = try await asking.value
      #expect(lost.status == 503)
      #expect(lost.fields["retry-after"] == "1")
      #expect((lost["detail"] as? String)?.contains("Idempotency-Key") == false)
      try await api.session.run(script: "SELECT pg_advisory_unlock(1)")
      #expect(try await api.number("SELECT count(*) FROM customers") == 1)
      #expect(try await api.number("SELECT count(*) FROM phones") == 1)
    }
  }
}
