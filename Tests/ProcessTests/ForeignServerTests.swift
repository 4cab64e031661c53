import Foundation
import Testing

extension ProcessTests {
  /// The exporter needs nothing but the contract: here of a Flask app that knows nothing of ours.
  @Suite struct ForeignServerTests {
    private static let python = "\(TestRun.root)/generated/venv/bin/python"
    /// On a machine of one's own it may be missing; where changes are judged it must not be.
    private static let isExpected =
      access(python, X_OK) == 0 || ProcessInfo.processInfo.environment["CI"]?.isEmpty == false

    @Test(
      .enabled(
        if: isExpected, "generated/venv is missing, so nothing is known about Flask; run scripts/setup"))
    func aFlaskApp() throws {
      try onStage { stage in
        let database = try stage.database(rows: 5000)
        try database.query(
          """
          DELETE FROM customers WHERE customer_id % 10 = 3 OR customer_id BETWEEN 1500 AND 2600;
          UPDATE customers SET home_street = E'a "b"\\n\\\\.\\n,c 🙂\\u2028\\x01' WHERE customer_id % 100 = 1;
          INSERT INTO customers (customer_id, first_name) VALUES (9223372036854775807, '')
          """)
        let rows = stage.path("rows.json")
        try database.query(
          """
          SELECT json_agg(json_build_array(customer_id, first_name, last_name, date_of_birth, email,
            to_char(last_login_dt AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS'), last_login_ip, country_origin,
            home_country, home_city, home_street, home_building_number, work_country, work_city, work_street,
            work_building_number, mobile_phone, home_phone, work_phone) ORDER BY customer_id) FROM customers
          """
        ).write(toFile: rows, atomically: false, encoding: .utf8)
        let key = RunningServer.key
        let app = try stage.start([Self.python, "\(TestRun.root)/Tests/Support/flask_app.py", "0", key, rows])
        let port = try wait(for: "Flask to listen") { () -> Int? in
          guard app.isRunning else { throw TestFailure("Flask ended: \(app.errors)") }
          let address = app.errors.components(separatedBy: "http://127.0.0.1:").dropFirst().first
          return address.flatMap { Int($0.prefix { $0.isNumber }) }
        }
        for (name, options) in [
          ("one.csv", ["--concurrency", "1"]), ("many.csv", ["--concurrency", "16", "--records", "50"]),
          ("form.csv", ["--arguments", "form"]), ("json.csv", ["--arguments", "json"]),
        ] {
          try stage.checkExport(
            stage.export("http://127.0.0.1:\(port)", to: name, options), of: database, name)
        }
        var stranger = stage.export("http://127.0.0.1:\(port)", to: "stranger.csv")
        stranger.environment = ["ROSTER_API_KEY": "wrong"]
        #expect(try stage.run(stranger).ending == .exited(3))
      }
    }
  }
}
