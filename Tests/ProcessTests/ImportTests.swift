import Foundation
import Testing

extension ProcessTests {
  /// `POST /customers/import`: what goes in, what is told, what the table holds afterwards.
  @Suite struct ImportTests {
    static let names = "first_name,last_name\n"

    private func onServer(
      _ rows: Int = 0, _ options: [String] = ["--loops", "1"],
      _ body: (Database, RunningServer) throws -> Void
    ) throws {
      try onStage { stage in
        let database = try stage.database(rows: rows)
        try body(database, try stage.server(database, options))
      }
    }

    @Test func rowsComeInAsTheyAre() throws {
      try onServer { database, server in
        let result = try server.importFile(
          "\u{FEFF}last_login_dt,customer_id,first_name,date_of_birth,home_street\r\n"
            + "2020-01-02T03:04:05.678+01:00,7,\"Ann \"\"A\"\"\",1999-12-31,\"1, Main\nStreet\n\\.\nend\"\r\n"
            + ",,Юлия,,\"\"\r\n")
        #expect(result.status == 201)
        #expect(result.counts == [2, 2, 0])
        #expect(result.errors == [])
        #expect(
          try database.query(
            "SELECT customer_id, first_name, date_of_birth, last_login_dt AT TIME ZONE 'UTC', home_street, source FROM customers ORDER BY 1"
          ) == """
            7|Ann "A"|1999-12-31|2020-01-02 02:04:05.678|1, Main
            Street
            \\.
            end|import
            8|Юлия||||import
            """)
        #expect(try database.number("SELECT nextval('customers_customer_id_seq')") == 9)
      }
    }

    /// PostgreSQL's own COPY would take the line for the end and say nothing of what is behind it.
    @Test func aLineOfBackslashAndDotEndsNothing() throws {
      try onServer { database, server in
        let result = try server.importFile("first_name\na\n\\.\nb\n")
        #expect(result.counts == [3, 3, 0])
        #expect(
          try database.query("SELECT string_agg(first_name, ' ' ORDER BY customer_id) FROM customers")
            == "a \\. b")
      }
    }

    @Test func objectsComeInToo() throws {
      try onServer { database, server in
        let result = try server.importFile(
          "{\"customer_id\":3,\"email\":\"a@b\"}\n\n{\"first_name\":\"\\u00e9\",\"email\":null}\n",
          type: "application/x-ndjson; charset=UTF-8")
        #expect(result.counts == [2, 2, 0])
        #expect(
          try database.query("SELECT customer_id, first_name, email FROM customers ORDER BY 1")
            == "3||a@b\n4|é|")
      }
    }

    @Test func allOrNothingTellsAllThatIsWrong() throws {
      try onServer { database, server in
        let result = try server.importFile(
          Self.names + "good,row\n\"of\nthree\nlines\",good\nbad\nnul,\0\n\"x\"y,z\nlong,"
            + String(repeating: "é", count: 201) + "\n")
        #expect(result.status == 422)
        #expect(result.counts == [6, 0, 4])
        #expect(result.lines == [6, 7, 8, 9], "lines are those of the file")
        #expect(
          result.errors.map(\.reason) == [
            "the row has 1 field, the header names 2", "the text holds a NUL, which PostgreSQL cannot store",
            "text stands behind the quote that ends a field; a quote inside of quotes must be doubled",
            "the text has 201 characters; at most 200 are taken",
          ])
        #expect(result.errors.map(\.column) == [nil, "last_name", nil, "last_name"])
        #expect(try database.number("SELECT count(*) FROM customers") == 0)
      }
    }

    @Test func skipTakesTheGoodRows() throws {
      try onServer { database, server in
        let invalid =
          Array((Self.names + "good,row\n").utf8) + [0xFF, 0x2C, 0x0A] + Array("also,good\n".utf8)
        let result = try server.importFile(invalid, onError: "skip")
        #expect(result.status == 201)
        #expect(result.counts == [3, 2, 1])
        #expect(result.errors == [.init(line: 3, column: "first_name", reason: "the text is not UTF-8")])
        #expect(try database.number("SELECT count(*) FROM customers") == 2)
      }
    }

    @Test func theListOfErrorsIsBounded() throws {
      try onServer { database, server in
        let bad = String(repeating: "bad\n", count: 5000)
        let skipped = try server.importFile(Self.names + bad + "good,row\n", onError: "skip")
        #expect(skipped.counts == [5001, 1, 5000])
        #expect(skipped.lines == Array(2...101))
        #expect(skipped.unlisted == 4900)
        let refused = try server.importFile(Self.names + bad)
        #expect(refused.status == 422)
        #expect(refused.rejected >= 1000 && refused.errors.count == 100)
        #expect(refused.unlisted == refused.rejected - 100)
        #expect(try database.number("SELECT count(*) FROM customers") == 1)
      }
    }

    // MARK: Ids

    @Test func idsThatClashAreTold() throws {
      try onServer(3) { database, server in
        let file = "customer_id,first_name\n2,taken\n10,first\n\"10\",again\n,drawn\n3,taken too\n"
        let refused = try server.importFile(file)
        #expect(refused.status == 409)
        #expect(refused.counts == [5, 0, 3])
        #expect(refused.lines == [2, 4, 6])
        #expect(
          refused.errors.map(\.reason) == [
            "the id 2 is a customer's already", "the id 10 is in this file before, on line 3",
            "the id 3 is a customer's already",
          ])
        #expect(try database.number("SELECT count(*) FROM customers") == 3)
        let skipped = try server.importFile(file, onError: "skip")
        #expect(skipped.status == 201)
        #expect(skipped.counts == [5, 2, 3])
        #expect(skipped.errors == refused.errors)
        #expect(
          try database.query("SELECT customer_id, first_name FROM customers WHERE customer_id > 3 ORDER BY 1")
            == "10|first\n11|drawn")
        // All of it twice: nothing is left to take, and that is no failure.
        let again = try server.importFile("customer_id,first_name\n2,a\n10,b\n", onError: "skip")
        #expect(again.status == 200)
        #expect(again.counts == [2, 0, 2])
      }
    }

    /// Ids that a load of the generator was given, and has not filled yet, are its own.
    @Test func idsOfAnUnfinishedLoadAreTaken() throws {
      try onServer { database, server in
        try database.query(
          "INSERT INTO loads (first_id, last_id, mode, seed, sample) VALUES (100, 200, 'refuse', 1, 1)")
        let result = try server.importFile("customer_id\n99\n100\n150\n201\n", onError: "skip")
        #expect(result.counts == [4, 2, 2])
        #expect(result.lines == [3, 4])
        #expect(
          result.errors[0].reason == "the id 100 belongs to a load of the generator that is not finished")
      }
    }

    @Test(arguments: [5, 150_000, Int.max - 1])
    func theSequenceStandsPastTheHighest(_ id: Int) throws {
      try onServer { database, server in
        let result = try server.importFile("customer_id,email\n\(id),a\n,b\n")
        #expect(result.counts == [2, 2, 0])
        #expect(
          try database.query("SELECT customer_id FROM customers ORDER BY 1") == "\(id)\n\(id + 1)")
        // One that is below moves nothing.
        #expect(try server.importFile("customer_id\n1\n").inserted == 1)
        #expect(try database.number("SELECT last_value FROM customers_customer_id_seq") == id + 1)
      }
    }

    // MARK: Whole files

    @Test func filesWithoutRows() throws {
      try onServer { database, server in
        for (file, type) in [
          ("first_name", "text/csv"), ("first_name\r\n\r\n", "text/csv"), ("", "application/x-ndjson"),
        ] {
          let result = try server.importFile(file, type: type)
          #expect(result.status == 200)
          #expect(result.counts == [0, 0, 0])
        }
        for (file, column, reason) in [
          ("", nil, "there is no header"), ("first_name,age\n", "age", "there is no such column"),
          ("first_name,first_name\n1,2\n", "first_name", "the header names this column twice"),
          ("first_name\n\"open", nil, "the file ends inside of quotes"),
        ] as [(String, String?, String)] {
          for onError in ["abort", "skip"] {
            let result = try server.importFile(file, onError: onError)
            #expect(result.status == 422, "\(result)")
            #expect(result.errors.first?.column == column)
            #expect(result.errors.first?.reason.hasPrefix(reason) == true, "\(result)")
          }
        }
        #expect(try database.number("SELECT count(*) FROM customers") == 0)
      }
    }

    @Test func aFieldWithoutEndIsRefusedBeforeItIsHeld() throws {
      try onServer { database, server in
        let result = try server.importFile(
          Self.names + "good,row\n\"" + String(repeating: "x", count: 30 << 20), onError: "skip")
        #expect(result.status == 422)
        #expect(result.lines == [3])
        #expect(try database.number("SELECT count(*) FROM customers") == 0)
        #expect(server.process.residentBytes < 64 << 20)
      }
    }

    @Test func aFileMayComeByteByByte() throws {
      try onServer { database, server in
        let connection = try server.connect()
        try connection.send(RunningServer.importHead(nil))
        for byte in Array((Self.names + "\"a\r\nb\",c\n").utf8) {
          try connection.send(Array("1\r\n".utf8) + [byte] + Array("\r\n".utf8))
        }
        try connection.send("0\r\n\r\n")
        #expect(try ImportResult(try connection.answer()).counts == [1, 1, 0])
        #expect(try database.query("SELECT first_name FROM customers") == "a\r\nb")
      }
    }

    @Test func aFileMayBeCompressed() throws {
      try onStage { stage in
        let database = try stage.database()
        let server = try stage.server(database, ["--loops", "1", "--import-size", "4MiB"])
        let path = stage.path("rows.csv")
        let rows = (0..<20_000).map { "first \($0),last \($0)\n" }.joined()
        try (Self.names + rows).write(toFile: path, atomically: true, encoding: .utf8)
        let zip = try stage.start(["/bin/gzip", path])
        #expect(try zip.waitForEnd() == .exited(0))
        let packed = Array(try Data(contentsOf: URL(filePath: path + ".gz")))
        let coding = ["Content-Encoding: gzip"]
        #expect(try server.importFile(packed, headers: coding).counts == [20_000, 20_000, 0])
        // Two members, one after the other, are one file, in which the second header is a row.
        let second = try server.importFile(packed + packed, onError: "skip", headers: coding)
        #expect(second.counts == [40_001, 40_001, 0])
        // And one that is cut.
        #expect(try server.importFile(Array(packed.dropLast(9)), headers: coding).status == 400)
        #expect(try server.importFile("no gzip", headers: coding).status == 400)
        #expect(try database.number("SELECT count(*) FROM customers") == 60_001)
        // What is small on its way and large when it is unpacked.
        let bomb = stage.path("bomb")
        try (Self.names + String(repeating: "a,b\n", count: 2_000_000))
          .write(toFile: bomb, atomically: true, encoding: .utf8)
        #expect(try stage.start(["/bin/gzip", bomb]).waitForEnd() == .exited(0))
        let small = Array(try Data(contentsOf: URL(filePath: bomb + ".gz")))
        #expect(try server.importFile(small, headers: coding).status == 413)
      }
    }

    // MARK: Requests

    @Test func whatIsNoImportIsRefused() throws {
      try onServer(0, ["--loops", "1", "--import-size", "1KiB"]) { database, server in
        let key = "X-CUTSOM-AUTH: \(RunningServer.key)"
        func status(_ target: String, _ type: String?, headers: [String] = [key], body: String = "email\n")
          throws
          -> Int
        {
          try server.ask("POST", target, headers: headers, type: type, body: body).status
        }
        let path = "/customers/import"
        #expect(try status(path, "text/csv", headers: []) == 401)
        #expect(try server.ask("GET", path).status == 405)
        for type in [
          nil, "text/plain", "application/json", "text/csv; charset=latin1", "text/csv; header=absent",
        ] {
          #expect(try status(path, type) == 415, "\(type ?? "none")")
        }
        #expect(try status(path, "text/csv", headers: [key, "Content-Encoding: br"]) == 415)
        for query in ["on_error=", "on_error=ignore", "on_error=abort&on_error=skip", "onerror=skip", "%"] {
          #expect(try status("\(path)?\(query)", "text/csv") == 400, "\(query)")
        }
        let spelled = try status("\(path)?on_error=skip", "Text/CSV; Charset=\"UTF-8\"; header=present")
        #expect(spelled == 200)
        #expect(try status(path, "text/csv", body: String(repeating: "x", count: 1025)) == 413)
        #expect(try status(path, "text/csv", body: "") == 422, "no bytes are an empty file")
        #expect(try server.ask("POST", path, type: "text/csv").status == 411, "no body is no file")
        #expect(try database.number("SELECT count(*) FROM customers") == 0)
      }
    }

    @Test func onlySoManyRunAtOnce() throws {
      try onServer(0, ["--loops", "2", "--imports", "2"]) { database, server in
        let running = try (0..<2).map { _ in try server.connect() }
        for connection in running { try connection.send(RunningServer.importHead(100) + "first_name\na") }
        let sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'roster import'"
        try waitUntil("both to run") { try database.number(sessions) == 2 }
        let refused = try server.ask("POST", "/customers/import", type: "text/csv", body: "email\n")
        #expect(refused.status == 503)
        #expect(refused["Retry-After"] == "5")
        try running[0].send(String(repeating: "b", count: 88))
        #expect(try ImportResult(try running[0].answer()).counts == [1, 1, 0])
        #expect(try server.importFile("email\na\n").counts == [1, 1, 0])
      }
    }
  }
}
