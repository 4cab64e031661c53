import Foundation
import Postgres
import Testing

@testable import Server

/// The routes of registered customers over a socket, on a real PostgreSQL.
@Suite struct RegisteredCustomerTests {
  static let path = "/rest/v1/customers/"
  static let full = """
    {"phone":"9025163111","firstname":"Виктор","lastname":"Ёлкин","email":"user@example.com","birthday":"2023-12-21",\
    "gender":"M","city_id":0,"last_auth_at":"2023-12-21T04:20:37.024Z"}
    """

  @Test func aCustomerIsAddedAndReadInItsOwnWords() async throws {
    try await LiveAPI.with { api in
      let added = try await api.ask("POST", Self.path, Self.full)
      #expect(added.status == 201)
      #expect(added.text == #"{"id":1,"# + Self.full.dropFirst())
      #expect(added.fields["location"] == "/rest/v1/customers/1/")
      for path in ["/rest/v1/customers/1", "/rest/v1/customers/1/"] {
        let read = try await api.ask("GET", path)
        #expect(read.status == 200)
        #expect(read.text == added.text)
        #expect(read.fields["etag"] == added.fields["etag"])
      }
      let row = try await api.session.query(
        """
        SELECT first_name, mobile_phone, source, firstname, code || ' ' || number, last_login_dt::text
        FROM customers JOIN phones USING (phone_id) JOIN firstnames USING (firstname_id)
        """)
      #expect(
        (0..<5).map { row.text(0, $0) } == ["Виктор", "+79025163111", "api", "Виктор", "7 9025163111"])
    }
  }

  @Test func onlyThePhoneHasToBeThere() async throws {
    try await LiveAPI.with { api in
      let added = try await api.ask(
        "POST", "/rest/v1/customers", #"{"phone":"+44 20 7946 0958","lastname":""}"#)
      #expect(added.status == 201)
      #expect(
        added.text
          == #"{"id":1,"phone":"+442079460958","firstname":null,"lastname":null,"email":null,"birthday":null,"#
          + #""gender":null,"city_id":null,"last_auth_at":null}"#)
      #expect(try await api.number("SELECT count(*) FROM customers WHERE last_name IS NULL") == 1)
    }
  }

  /// As an import rounds them, and PostgreSQL.
  @Test func timesAreRoundedToMilliseconds() async throws {
    try await LiveAPI.with { api in
      let added = try await api.ask(
        "POST", Self.path, #"{"phone":"9025163111","last_auth_at":"2023-12-21T04:20:37.0246Z"}"#)
      #expect(added["last_auth_at"] as? String == "2023-12-21T04:20:37.025Z")
      let changed = try await api.ask(
        "PATCH", "\(Self.path)1/", #"{"last_auth_at":"2023-12-21T04:20:59.9996Z"}"#)
      #expect(changed["last_auth_at"] as? String == "2023-12-21T04:21:00.000Z")
    }
  }

  private static let bad: [(body: String, faults: [String])] = [
    ("{}", ["phone"]), (#"{"phone":null}"#, ["phone"]), (#"{"phone":9025163111}"#, ["phone"]),
    (#"{"phone":"902"}"#, ["phone"]), (#"{"phone":""}"#, ["phone"]),
    (#"{"phone":"9025163111","name":"x","Firstname":"y"}"#, ["name", "Firstname"]),
    (#"{"phone":"9025163111","phone":"9025163111"}"#, ["phone"]),
    (
      #"{"firstname":5,"lastname":true,"email":"x","birthday":"21.12.2023","gender":"m","city_id":"1","last_auth_at":5}"#,
      ["firstname", "lastname", "email", "birthday", "gender", "city_id", "last_auth_at", "phone"]
    ),
    (#"{"phone":"9025163111","city_id":9223372036854775808}"#, ["city_id"]),
    (#"{"phone":"9025163111","city_id":1.5}"#, ["city_id"]),
    (#"{"phone":"9025163111","city_id":1e-3}"#, ["city_id"]),
    (#"{"phone":"9025163111","firstname":"a\u0000b"}"#, ["firstname"]),
    (#"{"phone":"9025163111","email":"@"}"#, ["email"]), (#"{"phone":"9025163111","email":"a@"}"#, ["email"]),
    (#"{"phone":"9025163111","email":"a b@c"}"#, ["email"]),
    (#"{"phone":"9025163111","email":""}"#, ["email"]),
    (#"{"phone":"9025163111","birthday":"2023-02-29"}"#, ["birthday"]),
    (#"{"phone":"9025163111","birthday":"0000-01-01"}"#, ["birthday"]),
    (#"{"phone":"9025163111","last_auth_at":"2023-12-21T04:20:37"}"#, ["last_auth_at"]),
    (#"{"phone":"9025163111","last_auth_at":"2023-12-21T04:20:37 03:00"}"#, ["last_auth_at"]),
    (#"{"phone":"9025163111","firstname":["x"],"lastname":{"x":1}}"#, ["firstname", "lastname"]),
    (#"{"phone":"9025163111","":1}"#, [""]),
  ]

  @Test func whatIsWrongIsNamed() async throws {
    try await LiveAPI.with { api in
      let client = try await api.connect()
      defer { client.close() }
      for (body, faults) in Self.bad {
        let answer = try await client.ask("POST", Self.path, bytes: Array(body.utf8))
        #expect(answer.status == 422, "\(body)")
        #expect(answer.faults.sorted() == faults.sorted(), "\(body)")
        #expect(answer["success"] as? Bool == false)
        #expect(answer["message"] as? String == answer["detail"] as? String)
        #expect(answer.fields["content-type"] == "application/problem+json")
      }
      let long = String(repeating: "я", count: 201)
      let answer = try await client.ask(
        "POST", Self.path, bytes: Array(#"{"phone":"9025163111","firstname":"\#(long)"}"#.utf8))
      #expect(answer.faults == ["firstname"])
      #expect(try await api.number("SELECT count(*) FROM customers") == 0)
      #expect(try await api.number("SELECT count(*) FROM phones") == 0)
    }
  }

  /// As long as may be, with characters of four bytes, each escaped as two halves.
  @Test func theLongestTextsFit() async throws {
    try await LiveAPI.with { api in
      let escaped = String(repeating: #"\ud83d\ude00"#, count: 200)
      let email = String(repeating: #"\ud83d\ude00"#, count: 318) + "@x"
      let answer = try await api.ask(
        "POST", Self.path,
        #"{"phone":"9025163111","firstname":"\#(escaped)","lastname":"\#(escaped)","email":"\#(email)"}"#)
      #expect(answer.status == 201)
      #expect(answer["firstname"] as? String == String(repeating: "😀", count: 200))
    }
  }

  @Test func bodiesThatAreNone() async throws {
    try await LiveAPI.with { api in
      let deep = String(repeating: "[", count: 5000)
      for (bytes, type, status) in [
        (Array("".utf8), "application/json", 400), (Array("{".utf8), "application/json", 400),
        (Array("[]".utf8), "application/json", 422), (Array("null".utf8), "application/json", 422),
        (Array(#"{"phone":"\ud800"}"#.utf8), "application/json", 400),
        ([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], "application/json", 400),
        (Array(#"{"phone":\#(deep)"#.utf8), "application/json", 400),
        (Array("{}".utf8), "text/plain", 415),
        (Array("phone=9025163111".utf8), "application/x-www-form-urlencoded", 415),
        (Array(repeating: 0x20, count: 20_000), "application/json", 413),
      ] as [([UInt8], String, Int)] {
        let answer = try await api.ask("POST", Self.path, bytes: bytes, type: type)
        #expect(answer.status == status, "\(String(decoding: bytes.prefix(40), as: UTF8.self))")
        #expect(answer["success"] as? Bool == false)
      }
      let none = try await api.ask("POST", Self.path)
      #expect(none.status == 411)
      #expect(none["success"] as? Bool == false)
    }
  }

  @Test func fieldsAreChangedAndOthersStay() async throws {
    try await LiveAPI.with { api in
      _ = try await api.ask("POST", Self.path, Self.full)
      let first = try await api.ask("PATCH", "/rest/v1/customers/1", #"{"firstname":"Ольга","city_id":-7}"#)
      #expect(first.status == 200)
      #expect(
        first.text
          == #"{"id":1,"#
          + Self.full.replacing("Виктор", with: "Ольга").replacing(":0,", with: ":-7,").dropFirst())
      let second = try await api.ask(
        "PATCH", "/rest/v1/customers/1/",
        #"{"firstname":null,"lastname":"","email":null,"birthday":null,"gender":null,"city_id":null,"last_auth_at":null}"#
      )
      #expect(
        second.text
          == #"{"id":1,"phone":"9025163111","firstname":null,"lastname":null,"email":null,"birthday":null,"#
          + #""gender":null,"city_id":null,"last_auth_at":null}"#)
      #expect(try await api.number("SELECT count(*) FROM customers WHERE firstname_id IS NULL") == 1)
      #expect(try await api.number("SELECT count(*) FROM firstnames") == 2)
      for (body, faults) in [
        ("{}", []), (#"{"phone":"9025163112","gender":"F"}"#, ["phone"]), (#"{"id":5}"#, ["id"]),
        (#"{"phone":5}"#, ["phone"]), (#"{"phone":null}"#, ["phone"]),
        (#"{"gender":"X","a":1}"#, ["gender", "a"]),
      ] as [(String, [String])] {
        let answer = try await api.ask("PATCH", "/rest/v1/customers/1/", body)
        #expect(answer.status == 422, "\(body)")
        #expect(answer.faults == faults, "\(body)")
      }
    }
  }

  @Test func thePhoneIsChangedAlone() async throws {
    try await LiveAPI.with { api in
      _ = try await api.ask("POST", Self.path, Self.full)
      _ = try await api.ask("POST", Self.path, #"{"phone":"9025163112"}"#)
      let changed = try await api.ask("PATCH", "/rest/v1/customers/1/", #"{"phone":"8 (902) 516-31-13"}"#)
      #expect(changed.status == 200)
      #expect(changed["success"] as? Bool == true)
      #expect(changed["message"] is String)
      #expect(try await api.ask("GET", "/rest/v1/customers/1/")["phone"] as? String == "9025163113")
      // The old number is nobody's now, and its row is gone.
      #expect(try await api.number("SELECT count(*) FROM phones") == 2)
      #expect(
        try await api.session.query("SELECT mobile_phone FROM customers WHERE customer_id = 1").text(0, 0)
          == "+79025163113")
      // One's own number is not somebody else's.
      #expect(try await api.ask("PATCH", "/rest/v1/customers/1/", #"{"phone":"+79025163113"}"#).status == 200)
      let taken = try await api.ask("PATCH", "/rest/v1/customers/1/", #"{"phone":"+7 902 516 31 12"}"#)
      #expect(taken.status == 409)
      #expect(taken.faults == ["phone"])
      #expect(try await api.ask("POST", Self.path, #"{"phone":"89025163112"}"#).status == 409)
      #expect(try await api.ask("POST", Self.path, #"{"phone":"9025163111"}"#).status == 201)
    }
  }

  @Test func whoIsNotThereIsNotFound() async throws {
    try await LiveAPI.with { api in
      for id in ["1", "0", "-1", "+1", "1.0", "abc", "9223372036854775807", "9223372036854775808", "%31"] {
        for (method, body) in [
          ("GET", nil), ("DELETE", nil), ("PATCH", #"{"gender":"M"}"#), ("PATCH", #"{"phone":"9025163111"}"#),
        ] {
          let answer = try await api.ask(method, "/rest/v1/customers/\(id)/", body)
          #expect(answer.status == 404, "\(method) \(id)")
          #expect(answer["success"] as? Bool == false)
        }
      }
      #expect(try await api.number("SELECT count(*) FROM phones") == 0)
    }
  }

  @Test func whoIsRemovedIsGoneWithAllThatIsHis() async throws {
    try await LiveAPI.with { api in
      _ = try await api.ask("POST", Self.path, Self.full, ["Idempotency-Key: a"])
      _ = try await api.ask("POST", "/rest/v1/favorites/", #"{"user_id":1,"item_id":5}"#)
      let gone = try await api.ask("DELETE", "/rest/v1/customers/1")
      #expect(gone.status == 200)
      #expect(gone["success"] as? Bool == true)
      #expect(gone["message"] is String)
      for table in ["customers", "phones", "favorites", "idempotency_keys"] {
        #expect(try await api.number("SELECT count(*) FROM \(raw: table)") == 0, "\(table)")
      }
      #expect(try await api.ask("DELETE", "/rest/v1/customers/1/").status == 404)
      #expect(try await api.ask("POST", Self.path, Self.full).status == 201)
    }
  }

  @Test func aGeneratedCustomerKeepsWhatTheGeneratorPromises() async throws {
    try await LiveAPI.with { api in
      try await api.session.run(
        script: """
          INSERT INTO customers (first_name, last_name, email, home_country, home_city, home_street,
            home_building_number, work_country, work_city, work_street, work_building_number, mobile_phone, source)
          VALUES ('a', 'b', 'c@d', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', '+385 91 123', 'generator')
          """)
      #expect(try await api.ask("GET", "/rest/v1/customers/1/")["phone"] is NSNull)
      let refused = try await api.ask(
        "PATCH", "/rest/v1/customers/1/", #"{"firstname":null,"email":null,"gender":"F"}"#)
      #expect(refused.status == 422)
      #expect(refused.faults == ["firstname", "email"])
      #expect(try await api.ask("PATCH", "/rest/v1/customers/1/", #"{"birthday":null}"#).status == 200)
      #expect(try await api.ask("PATCH", "/rest/v1/customers/1/", #"{"phone":"9025163111"}"#).status == 200)
      #expect(try await api.ask("GET", "/rest/v1/customers/1/")["phone"] as? String == "9025163111")
    }
  }

  @Test func methodsAreNamed() async throws {
    try await LiveAPI.with { api in
      let answer = try await api.ask("PUT", "/rest/v1/customers", "{}")
      #expect(answer.status == 405)
      #expect(answer.fields["allow"] == "GET, HEAD, OPTIONS, POST")
      #expect(answer["success"] as? Bool == false)
      let head = try await api.ask("HEAD", "/rest/v1/customers/")
      #expect(head.status == 200)
      #expect(head.fields["x-count"] == "exact")
    }
  }
}
