import Foundation
import Testing

extension ProcessTests {
  /// `POST /customers` and `GET /customer/{id}`, case by case, on a server that runs.
  @Suite struct CustomersContractTests {
    private static let fields = [
      "customer_id", "first_name", "last_name", "date_of_birth", "email", "last_login_dt", "last_login_ip",
      "country_origin", "home_country", "home_city", "home_street", "home_building_number", "work_country",
      "work_city", "work_street", "work_building_number", "mobile_phone", "home_phone", "work_phone",
    ]
    private static let form = "application/x-www-form-urlencoded"

    /// What PostgreSQL makes of the same rows: fields in the table's order, all there, UTF-8 as it is.
    private func expectedPage(_ database: Database, _ condition: String) throws -> String {
      try database.query(
        """
        SELECT '[' || coalesce(string_agg(row_to_json(r)::text, ',' ORDER BY customer_id), '') || ']' FROM (
          SELECT customer_id, first_name, last_name, date_of_birth, email,
            to_char(last_login_dt AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') AS last_login_dt, last_login_ip,
            country_origin, home_country, home_city, home_street, home_building_number, work_country, work_city,
            work_street, work_building_number, mobile_phone, home_phone, work_phone
          FROM customers WHERE \(condition) ORDER BY customer_id) r
        """)
    }

    @Test func pagesHoldWhatPostgreSQLHolds() throws {
      try onStage { stage in
        let database = try stage.database(rows: 2500)
        try database.query("DELETE FROM customers WHERE customer_id BETWEEN 700 AND 950")
        try database.query("INSERT INTO customers (customer_id) VALUES (5000)")
        let server = try stage.server(database)
        for (arguments, condition) in [
          ("previous_id=0", "customer_id BETWEEN 1 AND 100"),
          ("previous_id=0&records=1000", "customer_id BETWEEN 1 AND 1251"),
          ("previous_id=699&records=2", "customer_id IN (951, 952)"),
          ("previous_id=2499", "customer_id IN (2500, 5000)"),
          ("previous_id=4999&records=1", "customer_id = 5000"),
          ("previous_id=5000", "false"),
          ("previous_id=9223372036854775807", "false"),
          ("previous_id=-1&records=3", "customer_id <= 3"),
          ("previous_id=-9223372036854775808&records=3", "customer_id <= 3"),
        ] {
          let answer = try server.ask("POST", "/customers?\(arguments)")
          #expect(answer.status == 200, "\(arguments)")
          #expect(answer["Content-Type"] == "application/json", "\(arguments)")
          #expect(try answer.text == expectedPage(database, condition), "\(arguments)")
        }
      }
    }

    @Test func argumentsComeFromQueryFormOrJSON() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 200))
        let wanted: [Int64] = [8, 9, 10]
        for method in ["POST", "GET"] {
          for (target, type, body) in [
            ("/customers?previous_id=7&records=3", nil, nil),
            ("/customers", Self.form, "previous_id=7&records=3"),
            ("/customers", "\(Self.form); charset=utf-8", "records=3&previous_id=7"),
            ("/customers", "application/json", #"{"previous_id":7,"records":3}"#),
            (
              "/customers", "application/json; charset=utf-8", " {\n\"records\" : 3 , \"previous_id\" : 7 }\n"
            ),
            ("/customers", "APPLICATION/JSON", #"{"previous_id":7,"records":3,"another":[1,{"a":null}]}"#),
            ("/customers?previous_id=7", Self.form, "records=3"),
            ("/customers?records=3", "application/json", #"{"previous_id":7}"#),
            ("/customers?previous%5Fid=%37&records=3", nil, nil),
            // The same name twice with the same value is no contradiction.
            ("/customers?previous_id=7&previous_id=7&records=3", Self.form, "previous_id=7"),
            // An empty body says nothing, whatever it calls itself.
            ("/customers?previous_id=7&records=3", "application/json", ""),
            ("/customers?previous_id=7&records=3", "text/plain", ""),
            ("/customers?previous_id=7&records=3", nil, ""),
          ] as [(String, String?, String?)] {
            let answer = try server.ask(method, target, type: type, body: body)
            #expect(answer.status == 200, "\(method) \(target) \(type ?? "") \(body ?? ""): \(answer.text)")
            if answer.status == 200 { #expect(try answer.identifiers() == wanted, "\(target) \(body ?? "")") }
          }
        }
        #expect(try server.ask("POST", "/customers?previous_id=0").identifiers().count == 100)
      }
    }

    /// Each is wrong for `previous_id` in a query, a form and JSON.
    private static let noIntegers = [
      "", "1.5", "1e3", "true", "null", "abc", "9223372036854775808", "-9223372036854775809",
    ]

    @Test func wrongArgumentsAreNamed() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 3))
        func check(_ name: String, _ target: String, _ type: String? = nil, _ body: String? = nil) throws {
          let answer = try server.ask("POST", target, type: type, body: body)
          let what = "\(target) \(body ?? "")"
          try checkProblem(answer, 400, "Bad Request", what)
          let faults = try (answer.json() as? [String: Any])?["errors"] as? [[String: Any]] ?? []
          #expect(faults.contains { $0["name"] as? String == name && $0["detail"] is String }, "\(what)")
        }
        try check("previous_id", "/customers")
        try check("previous_id", "/customers?records=5")
        try check("previous_id", "/customers", "application/json", "{}")
        try check("previous_id", "/customers", Self.form, "records=5")
        for value in Self.noIntegers + ["+5", "5 ", "0x5", "5,0", "١"] {
          let encoded = value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
          try check("previous_id", "/customers?previous_id=\(encoded)")
          try check("previous_id", "/customers", Self.form, "previous_id=\(encoded)")
          try check("previous_id", "/customers", "application/json", #"{"previous_id":"\#(value)"}"#)
          try check("records", "/customers?previous_id=0&records=\(encoded)")
        }
        for literal in Self.noIntegers.dropFirst() where literal != "abc" {
          try check("previous_id", "/customers", "application/json", #"{"previous_id":\#(literal)}"#)
          try check("records", "/customers", "application/json", #"{"previous_id":0,"records":\#(literal)}"#)
        }
        for literal in ["[]", "[1]", "{}", #"{"a":1}"#, "5.0"] {
          try check("previous_id", "/customers", "application/json", #"{"previous_id":\#(literal)}"#)
        }
        for records in ["0", "-1", "1001", "99999999999"] {
          try check("records", "/customers?previous_id=0&records=\(records)")
          try check("records", "/customers", Self.form, "previous_id=0&records=\(records)")
          try check("records", "/customers", "application/json", #"{"previous_id":0,"records":\#(records)}"#)
        }
        try check("previous_id", "/customers?previous_id=1&previous_id=2")
        try check("previous_id", "/customers?previous_id=1", Self.form, "previous_id=2")
        try check("previous_id", "/customers?previous_id=1", "application/json", #"{"previous_id":2}"#)
        try check("previous_id", "/customers", "application/json", #"{"previous_id":1,"previous_id":2}"#)
        try check("records", "/customers?previous_id=1&records=3", Self.form, "records=4")
      }
    }

    @Test func bodiesThatAreNoArgumentsAreRefused() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 3))
        for body in [
          "{", "[]", "null", "7", "\"previous_id\"", #"{"previous_id":1"#, #"{"previous_id":1}}"#,
          "{'previous_id':1}",
          #"{"previous_id":1,}"#, #"{"previous_id":01}"#, "previous_id=1",
        ] {
          try checkProblem(
            server.ask("POST", "/customers", type: "application/json", body: body), 400, "Bad Request", body)
        }
        for type in [
          "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/jsonx", nil,
        ] {
          try checkProblem(
            server.ask("POST", "/customers", type: type, body: #"{"previous_id":0}"#), 415,
            "Unsupported Media Type", type ?? "no type")
        }
      }
    }

    @Test func anEmptyBodyNeedsNeitherTypeNorLength() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 3))
        let connection = try server.connect()
        // Twice on one connection: the server must not wait for a body in between.
        for _ in 1...2 {
          try connection.send(
            "POST /customers?previous_id=0 HTTP/1.1\r\nHost: a\r\nX-CUTSOM-AUTH: \(RunningServer.key)\r\n\r\n"
          )
          #expect(try connection.answer().identifiers() == [1, 2, 3])
        }
      }
    }

    @Test func aSingleCustomer() throws {
      try onStage { stage in
        let database = try stage.database(rows: 20)
        let largest = "9223372036854775807"
        try database.query("INSERT INTO customers (customer_id, first_name) VALUES (\(largest), '')")
        let server = try stage.server(database)
        for (path, id) in [("1", "1"), ("20", "20"), ("007", "7"), (largest, largest)] {
          let answer = try server.ask("GET", "/customer/\(path)")
          #expect(answer.status == 200)
          #expect(answer["Content-Type"] == "application/json")
          #expect(try "[\(answer.text)]" == expectedPage(database, "customer_id = \(id)"), "\(path)")
        }
        for path in [
          "21", "0", "abc", "-1", "+5", "5.0", "5a", "0x5", "5%20", "٥", "9223372036854775808",
          "18446744073709551617",
          "",
        ] {
          let encoded = path.utf8.contains { $0 > 127 } ? "%D9%A5" : path
          try checkProblem(server.ask("GET", "/customer/\(encoded)"), 404, "Not Found", path)
        }
      }
    }

    @Test func formatsOfARow() throws {
      try onStage { stage in
        let database = try stage.database()
        try database.query(
          """
          SET timezone = 'Asia/Tokyo';
          INSERT INTO customers (customer_id, first_name, date_of_birth, last_login_dt) VALUES
            (1, 'Łukasz 東京 🙂 "x" \\ / ' || chr(127) || chr(8232), '0001-01-01', '0001-01-01 00:00:00Z'),
            (2, E'\\t\\n\\r\\b\\f\\x01\\x1f', '9999-12-31', '9999-12-31 23:59:59.999Z'),
            (3, NULL, '2000-02-29', '2024-01-31 08:00:00.0004+09');
          """)
        let rows = try #require(
          try stage.server(database).ask("POST", "/customers?previous_id=0").json() as? [[String: Any]])
        #expect(rows.map { $0["date_of_birth"] as? String } == ["0001-01-01", "9999-12-31", "2000-02-29"])
        #expect(
          rows.map { $0["last_login_dt"] as? String } == [
            "0001-01-01 00:00:00.000", "9999-12-31 23:59:59.999", "2024-01-30 23:00:00.000",
          ])
        #expect(rows[0]["first_name"] as? String == "Łukasz 東京 🙂 \"x\" \\ / \u{7F}\u{2028}")
        #expect(rows[1]["first_name"] as? String == "\t\n\r\u{8}\u{C}\u{1}\u{1F}")
        #expect(rows[2]["first_name"] is NSNull)
      }
    }

    @Test func allFieldsInOrderAndUnescaped() throws {
      try onStage { stage in
        let database = try stage.database()
        try database.query("INSERT INTO customers (customer_id, first_name) VALUES (1, 'Łukasz 東京 🙂')")
        let server = try stage.server(database)
        let nulls = Self.fields.dropFirst(2).map { #""\#($0)":null"# }.joined(separator: ",")
        let object = #"{"customer_id":1,"first_name":"Łukasz 東京 🙂",\#(nulls)}"#
        #expect(try server.ask("GET", "/customer/1").text == object)
        #expect(try server.ask("POST", "/customers?previous_id=0").text == "[\(object)]")
      }
    }
  }
}

/// Checks that an answer is `application/problem+json` in the shape of RFC 9457.
func checkProblem(
  _ answer: Response, _ status: Int, _ title: String, _ what: String,
  location: SourceLocation = #_sourceLocation
) throws {
  #expect(answer.status == status, "\(what): \(answer.text)", sourceLocation: location)
  #expect(answer["Content-Type"] == "application/problem+json", "\(what)", sourceLocation: location)
  let problem = try answer.json() as? [String: Any] ?? [:]
  #expect(problem["type"] as? String == "about:blank", "\(what)", sourceLocation: location)
  #expect(problem["title"] as? String == title, "\(what)", sourceLocation: location)
  #expect(problem["status"] as? Int == status, "\(what)", sourceLocation: location)
  #expect((problem["detail"] as? String)?.isEmpty == false, "\(what)", sourceLocation: location)
  let identifier = try #require(answer["X-Request-Id"], "\(what)", sourceLocation: location)
  #expect(
    (problem["instance"] as? String)?.hasSuffix(identifier) == true, "\(what)", sourceLocation: location)
}
