import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// The exporter's file against `COPY … CSV HEADER` of the same table, byte for byte.
  @Suite struct ExactExportTests {
    @Test func aDenseTable() throws {
      try onStage { stage in
        let database = try stage.database(rows: Scale.rows)
        let server = try stage.server(database)
        let proxy = try CountingProxy(upstream: server.port)
        defer { proxy.close() }
        try stage.checkExport(stage.export(proxy.url), of: database)
        // Nothing is asked for twice where nothing is missing, but for the guesses beyond the end.
        #expect(proxy.counts.rows >= Scale.rows)
        #expect(proxy.counts.rows <= Scale.rows + Scale.rows / 50)
      }
    }

    @Test(arguments: [1, 3, 16, 64])
    func anyConcurrencyGivesTheSame(concurrency: Int) throws {
      try onStage { stage in
        let database = try stage.database(rows: 20_000)
        try database.query(
          "DELETE FROM customers WHERE customer_id % 1000 > 900 OR customer_id BETWEEN 7000 AND 9000")
        let server = try stage.server(database)
        for records in [1000, 77] {
          let options = ["--concurrency", "\(concurrency)", "--records", "\(records)", "--restart"]
          try stage.checkExport(stage.export(server.url, options), of: database, "\(records) records")
        }
      }
    }

    @Test func argumentsInFormAndJSON() throws {
      try onStage { stage in
        let database = try stage.database(rows: 5000)
        let server = try stage.server(database)
        for place in ["query", "form", "json"] {
          try stage.checkExport(
            stage.export(server.url, to: "\(place).csv", ["--arguments", place]), of: database, place)
        }
      }
    }

    @Test func idsDeletedInRuns() throws {
      try onStage { stage in
        let database = try stage.database(rows: Scale.rows)
        // Runs of all lengths, from single ids to a fifth of the table.
        try database.query(
          """
          DELETE FROM customers WHERE customer_id % 97 < 13 OR customer_id / 1000 % 7 = 3
            OR customer_id BETWEEN \(Scale.rows / 2) AND \(Scale.rows / 10 * 7) OR customer_id < 500
          """, within: Scale.patience)
        try checkWaste(stage, database)
      }
    }

    @Test func oneInAHundredLeftAtRandom() throws {
      try onStage { stage in
        let database = try stage.database()
        try database.add(
          ids: "SELECT i FROM generate_series(1, \(Scale.rows * 20)::bigint) AS i WHERE random() < 0.01")
        let most = try checkWaste(stage, database)
        #expect(most > 1, "requests overlap")
      }
    }

    /// Rows received are at most half as many again as rows written. Returns the most requests at once.
    @discardableResult
    private func checkWaste(_ stage: Stage, _ database: Database) throws -> Int {
      let server = try stage.server(database)
      let proxy = try CountingProxy(upstream: server.port)
      defer { proxy.close() }
      try stage.checkExport(stage.export(proxy.url), of: database)
      let rows = try database.number("SELECT count(*) FROM customers")
      let received = proxy.counts.rows
      note("\(received) rows received, \(rows) written, \(proxy.counts.mostAtOnce) requests at once at most")
      #expect(rows > 0)
      #expect(received >= rows)
      #expect(Double(received) <= 1.5 * Double(rows), "\(received) rows received, \(rows) written")
      return proxy.counts.mostAtOnce
    }

    @Test func aJumpOfTenBillionAndTheLargestID() throws {
      try onStage { stage in
        let database = try stage.database(rows: 3000)
        try database.add(rows: 3000, from: 10_000_003_000)
        try database.query(
          "INSERT INTO customers (customer_id) VALUES (9223372036854775806), (9223372036854775807)")
        let server = try stage.server(database)
        let proxy = try CountingProxy(upstream: server.port)
        defer { proxy.close() }
        try stage.checkExport(stage.export(proxy.url), of: database)
        // The gap is skipped, not walked.
        #expect(proxy.counts.answers < 200, "\(proxy.counts)")
      }
    }

    @Test func smallTables() throws {
      try onStage { stage in
        let database = try stage.database()
        let server = try stage.server(database)
        let header = try stage.run(stage.export(server.url, to: "empty.csv"))
        #expect(header.ending == .exited(0))
        try stage.checkFile(stage.export(server.url, to: "empty.csv"), database, "no row")
        #expect(try database.csv().count(where: { $0 == UInt8(ascii: "\n") }) == 1)
        for id in ["1", "9223372036854775807", "5000000000"] {
          try database.query("TRUNCATE customers CASCADE; INSERT INTO customers (customer_id) VALUES (\(id))")
          try stage.checkExport(
            stage.export(server.url, to: "\(id).csv"), of: database, "the only id is \(id)")
        }
        try database.query("TRUNCATE customers CASCADE")
        try database.add(rows: 1000)
        try stage.checkExport(stage.export(server.url, to: "page.csv"), of: database, "a full page")
      }
    }

    @Test func formOptions() throws {
      try onStage { stage in
        let database = try stage.database(rows: 1500)
        try database.query("UPDATE customers SET home_street = E'a\\nb\\r\\nc' WHERE customer_id = 700")
        let server = try stage.server(database)
        try stage.checkExport(stage.export(server.url, to: "plain.csv"), of: database)
        try #require(stage.run(stage.export(server.url, to: "bom.csv", ["--bom"])).ending == .exited(0))
        let plain = try database.csv()
        #expect(
          FileManager.default.contents(atPath: stage.path("bom.csv")) == Data([0xEF, 0xBB, 0xBF]) + plain)
        try #require(
          stage.run(stage.export(server.url, to: "crlf.csv", ["--eol", "crlf"])).ending == .exited(0))
        let crlf = FileManager.default.contents(atPath: stage.path("crlf.csv")) ?? Data()
        // One more byte for each line, none for what stands inside the quotes.
        #expect(crlf.count == plain.count + 1501)
        #expect(crlf.range(of: Data("\"a\nb\r\nc\"".utf8)) != nil)
      }
    }
  }
}
