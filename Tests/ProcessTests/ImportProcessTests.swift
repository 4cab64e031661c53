import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// The import, from the outside.
  @Suite struct ImportProcessTests {
    private static let path = "/grpc/v1/service/import_customers"
    /// Rows through a second driver, out of a PostgreSQL.
    private static let rows = Scale.isFull ? 100_000 : 20_000

    private static func data(read: Int, inserted: Int, unchanged: Int) -> String {
      #""data":{"read":\#(read),"inserted":\#(inserted),"updated":0,"unchanged":\#(unchanged),"rejected":0}}"#
    }

    @Test func itIsAskedForInFourWays() throws {
      try onStage { stage in
        let source = try stage.sqlServer(SQLServer.users(25))
        let server = try stage.server(try stage.database(), ["--loops", "2"], source.environment)
        #expect(try server.ask("GET", Self.path, headers: []).status == 401)
        #expect(try server.ask("DELETE", Self.path).status == 405)
        #expect(try server.ask("GET", Self.path + "/status").status == 404)
        #expect(try server.ask("HEAD", Self.path).status == 200)
        #expect(try server.ask("GET", Self.path + "/status").status == 404)
        var inserted = 25
        for (method, path) in [
          ("GET", Self.path + "/"), ("GET", Self.path), ("POST", Self.path + "/"), ("POST", Self.path),
        ] {
          let answer = try server.ask(method, path)
          #expect(answer.status == 200)
          let expected =
            #"{"success":true,"message":"read 25 rows, rejected 0","#
            + Self.data(read: 25, inserted: inserted, unchanged: 25 - inserted)
          #expect(answer.text == expected)
          inserted = 0
        }
        let status = try server.ask("GET", Self.path + "/status/")
        #expect(status.status == 200 && status.text.contains(#""state":"finished","attempt":1"#))
        let list = try server.ask("GET", "/rest/v1/customers/?limit=1")
        #expect(
          list.text.contains(#""phone":{"id":"#) && list.text.contains(#""code":"7","number":"9020000001"}"#))
        #expect(list.text.contains(#""firstname":"Виктор","lastname":"Ёлкин 1""#))
      }
    }

    @Test func withoutASourceItSaysHowToNameOne() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database())
        let answer = try server.ask("GET", Self.path)
        #expect(answer.status == 501)
        #expect(
          answer.text.contains("MSSQL_HOST") && answer.text.contains(#""success":false,"message":"no SQL"#))
      }
    }

    @Test(arguments: [("deaf", 504), ("deaf:10", 504), ("dead:10", 502)])
    func afterTheLastAttemptItFails(mood: String, status: Int) throws {
      try onStage { stage in
        let source = try stage.sqlServer(SQLServer.users(25), mood: mood)
        let server = try stage.server(
          try stage.database(), ["--loops", "1", "--mssql-timeout", "500ms", "--mssql-retries", "1"],
          source.environment.filter { $0.key != "MSSQL_TIMEOUT" })
        let client = try server.connect()
        try client.send(RunningServer.request("POST", Self.path))
        // The loop that waits for the source goes on answering others.
        try waitUntil("an import to run") { server.events("import_started").count == 1 }
        #expect(try server.ask("GET", "/livez").status == 200)
        let answer = try client.answer()
        #expect(answer.status == status)
        #expect(answer["Content-Type"] == "application/problem+json")
        #expect(answer.text.contains(#""success":false,"message":"SQL Server"#))
        #expect(server.events("import_attempt_failed").count == 2)
        #expect(try server.ask("GET", Self.path + "/status").text.contains(#""state":"failed","attempt":2"#))
      }
    }

    /// A thread hangs in the driver, or the import waits for its next attempt: neither keeps the server.
    @Test(arguments: ["deaf", "deaf:10", "dead:10"])
    func sigtermEndsIt(mood: String) throws {
      try onStage { stage in
        let source = try stage.sqlServer(SQLServer.users(25), mood: mood)
        var environment = source.environment
        environment["MSSQL_TIMEOUT"] = "3600"
        environment["MSSQL_RETRIES_SLEEP"] = "3600"
        let database = try stage.database()
        let server = try stage.server(database, ["--loops", "2"], environment)
        let client = try server.connect()
        try client.send(RunningServer.request("POST", Self.path))
        try waitUntil("an import to wait") {
          mood == "dead:10"
            ? !server.events("import_attempt_failed").isEmpty : !server.events("import_started").isEmpty
        }
        server.process.signal(SIGTERM)
        let answer = try client.answer()
        #expect(answer.status == 503 && answer.text.contains("another call goes on"))
        #expect(try server.process.waitForEnd(within: 8) == .exited(0))
        #expect(try database.query("SELECT state FROM imports") == "interrupted")
      }
    }

    @Test func theCommandLineDoesTheSame() throws {
      try onStage { stage in
        let source = try stage.sqlServer(SQLServer.users(25))
        let database = try stage.database()
        let first = try stage.run(.server, [database.url, "import", "customers"], source.environment)
        #expect(first.ending == .exited(0))
        #expect(first.output == "read 25, inserted 25, updated 0, unchanged 0, rejected 0\n")
        let wrong = try stage.run(
          .server, [database.url, "import", "customers", "--mssql-password", "hush-hush"], source.environment)
        #expect(wrong.ending == .exited(1) && wrong.errors.contains("Login failed"))
        #expect(!wrong.errors.contains("hush"))
        let none = try stage.run(.server, [database.url, "import", "customers"])
        #expect(none.ending == .exited(2) && none.errors.contains("MSSQL_HOST"))
      }
    }

    /// What came by argument cannot be seen from outside, and what came at all is in no log.
    @Test func thePasswordIsNowhere() throws {
      try onStage { stage in
        let source = try stage.sqlServer(SQLServer.users(2), mood: "dead:1")
        var environment = source.environment
        environment["MSSQL_PASSWORD"] = nil
        let server = try stage.server(
          try stage.database(), ["--log-level", "debug", "--mssql-password", SQLServer.password], environment)
        let answer = try server.ask("GET", Self.path)
        #expect(answer.status == 502 && !answer.text.contains("hush"))
        let arguments = try Data(contentsOf: URL(filePath: "/proc/\(server.process.identifier)/cmdline"))
        #expect(!String(decoding: arguments, as: UTF8.self).contains("hush"))
        #expect(!server.process.errors.contains("hush") && server.process.errors.contains("import_failed"))
        #expect(try !server.ask("GET", Self.path + "/status").text.contains("hush"))
        #expect(try !server.ask("GET", "/metrics").text.contains("hush"))
      }
    }

    /// Many rows through another driver, with memory for a batch and not for a table.
    @Test func manyRowsComeOutOfPostgreSQL() throws {
      try onStage { stage in
        let source = try stage.emptyDatabase()
        try source.query(
          """
          CREATE TABLE people AS SELECT n AS id, '8 902 ' || lpad(n::text, 7, '0') AS phone,
            ('Имя ' || n % 1000)::varchar(200) AS firstname, ('Фамилия ' || n)::varchar(200) AS lastname,
            ('user' || n || '@example.com')::varchar(320) AS email, date '1950-01-01' + n % 20000 AS birthday,
            'F'::varchar(1) AS gender, n % 50 AS city_id, timestamp '2024-01-09 08:45:19.097' AS last_auth_at,
            repeat('x', 500)::varchar(600) AS filler
          FROM generate_series(1, \(Self.rows)) AS n
          """)
        let database = try stage.database()
        let (host, port) = try Self.place(of: source)
        let drivers = ["x86_64", "aarch64"].map { "/usr/lib/\($0)-linux-gnu/odbc/psqlodbcw.so" }
        let driver = try #require(drivers.first { FileManager.default.isReadableFile(atPath: $0) })
        let connection =
          "Driver=\(driver);Server=\(host);Port=\(port);Database=\(try source.query("SELECT current_database()"));"
          + "UID=\(try source.query("SELECT current_user"));UseDeclareFetch=1;Fetch=500"
        let server = try stage.server(
          database,
          ["--loops", "1", "--mssql-connection", connection, "--mssql-query", "SELECT * FROM people"])
        let before = try Self.peak(of: server)
        let began = ContinuousClock.now
        // The answer comes when all is imported.
        let client = try ClientConnection(port: server.port, patience: Scale.patience)
        try client.send(RunningServer.request("POST", Self.path))
        let answer = try client.answer()
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        #expect(answer.text.hasSuffix(Self.data(read: Self.rows, inserted: Self.rows, unchanged: 0)))
        let after = try Self.peak(of: server)
        note("\(Self.rows) rows imported in \(seconds) s, peak \(before) kB before and \(after) kB after")
        // The source's table has some 70 MB at full scale.
        #expect(after - before < 40_000)
        let same = """
          SELECT count(*) FROM customers JOIN phones USING (phone_id) WHERE code = '7' AND number = '902' ||
            lpad(source_ref, 7, '0') AND last_name = 'Фамилия ' || source_ref
          """
        #expect(try database.number(same) == Self.rows)
        #expect(try database.number("SELECT count(*) FROM firstnames") == 1000)
        let again = try server.ask("POST", Self.path)
        #expect(again.text.hasSuffix(Self.data(read: Self.rows, inserted: 0, unchanged: Self.rows)))
      }
    }

    /// The host (or the folder of the socket) and the port of a database.
    private static func place(of database: Database) throws -> (host: String, port: String) {
      let url = try #require(URLComponents(string: database.url))
      let host = url.queryItems?.first { $0.name == "host" }?.value ?? url.host
      return (try #require(host), try database.query("SHOW port"))
    }

    /// The most memory that the server has had, in kB.
    private static func peak(of server: RunningServer) throws -> Int {
      let status = try String(contentsOfFile: "/proc/\(server.process.identifier)/status", encoding: .utf8)
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
  }
}
