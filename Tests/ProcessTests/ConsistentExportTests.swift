import Foundation
import Testing

extension ProcessTests {
  /// Transactions that draw their ids early and commit late, and what becomes of their rows.
  @Suite struct ConsistentExportTests {
    /// A table of 2000 rows, then ten ids that are drawn and not committed, then ten rows that are.
    private func withALateTransaction(
      on stage: Stage, _ body: (Database, RunningServer, LateTransaction) throws -> Void
    ) throws {
      let database = try stage.database(rows: 2000)
      try database.query("SELECT setval('customers_customer_id_seq', 2000)")
      let server = try stage.server(database)
      // The server has seen the table before the transaction begins.
      try #require(server.ask("GET", "/customers/watermark").status == 200)
      let late = try LateTransaction(database, Self.tenRows("late"))
      try database.query(Self.tenRows("quick"))
      try body(database, server, late)
    }

    private static func tenRows(_ name: String) -> String {
      "INSERT INTO customers (first_name) SELECT '\(name)' FROM generate_series(1, 10)"
    }

    @Test func aPlainExportMissesWhatIsCommittedBelowItsEnd() throws {
      try onStage { stage in
        try withALateTransaction(on: stage) { database, server, late in
          let plain = stage.export(server.url, to: "plain.csv")
          try stage.checkExport(plain, of: database)
          #expect(try ids(in: plain) == Array(1...2000) + Array(2011...2020))
          try late.commit()
          // All that is there by now, or above the end of the file, is not all there is.
          #expect(try database.number("SELECT count(*) FROM customers WHERE customer_id <= 2020") == 2020)
        }
      }
    }

    @Test func aConsistentExportEndsBelowTheOpenTransaction() throws {
      try onStage { stage in
        try withALateTransaction(on: stage) { database, server, late in
          let command = stage.export(
            server.url, to: "settled.csv", ["--consistent", "--settle-time", "0"])
          let child = try stage.run(command)
          #expect(child.ending == .exited(0), "\(child.errors)")
          #expect(try ids(in: command) == Array(1...2000))
          #expect(child.errors.contains("the file ends at id 2000"), "\(child.errors)")
          try late.commit()
          // Nothing has changed in what the file has.
          let again = stage.export(server.url, to: "again.csv", ["--consistent"])
          try stage.checkExport(again, of: database)
          #expect(try ids(in: again) == Array(1...2020))
          let file = try Data(contentsOf: URL(filePath: command.target))
          #expect(try Data(contentsOf: URL(filePath: again.target)).starts(with: file))
        }
      }
    }

    @Test func aConsistentExportWaitsForTheOpenTransaction() throws {
      try onStage { stage in
        try withALateTransaction(on: stage) { database, server, late in
          let command = stage.export(server.url, ["--consistent", "--settle-time", "60s"])
          let child = try stage.start(command)
          try waitUntil("the exporter to say what it waits for") {
            child.errors.contains("open transactions: 1")
          }
          #expect(child.isRunning && !command.hasTarget)
          try late.commit()
          #expect(try child.waitForEnd() == .exited(0), "\(child.errors)")
          try stage.checkFile(command, database)
          #expect(try ids(in: command) == Array(1...2020))
        }
      }
    }

    /// What a file has that is kept up to date: with plain exports it lacks the late rows for good.
    @Test(arguments: [true, false])
    func updatesAreWholeOnlyIfTheyAreConsistent(isConsistent: Bool) throws {
      try onStage { stage in
        try withALateTransaction(on: stage) { database, server, late in
          let options = isConsistent ? ["--consistent", "--settle-time", "0"] : []
          let command = stage.export(server.url, options)
          try #require(stage.run(command).ending == .exited(0))
          try late.commit()
          try database.query(Self.tenRows("later"))
          let child = try stage.run(command, ["--update"])
          #expect(child.ending == .exited(0), "\(child.errors)")
          let late = isConsistent ? Array(2001...2010 as ClosedRange<Int64>) : []
          #expect(try ids(in: command) == Array(1...2000) + late + Array(2011...2030))
          if isConsistent { try stage.checkFile(command, database) }
        }
      }
    }

    /// Transactions come and go all the time, each committed later than others that drew their ids after it.
    @Test func noRowIsMissingBelowTheEndWhileOthersWrite() throws {
      try onStage { stage in
        let database = try stage.database(rows: 2000)
        try database.query("SELECT setval('customers_customer_id_seq', 2000)")
        let server = try stage.server(database, ["--loops", "2"])
        let writers = try (1...4).map { writer in
          try database.start(
            """
            DO $$ BEGIN
              LOOP
                INSERT INTO customers (first_name) SELECT 'w\(writer)' FROM generate_series(1, 7);
                PERFORM pg_sleep(random() * 0.02);
                IF random() < 0.2 THEN ROLLBACK; ELSE COMMIT; END IF;
              END LOOP;
            END $$
            """)
        }
        try waitUntil("rows") { try database.number("SELECT count(*) FROM customers") > 2100 }
        var ends: [Int64] = []
        for run in 1...8 {
          let command = stage.export(
            server.url, to: "run\(run).csv", ["--consistent", "--records", "100", "--settle-time", "5s"])
          let child = try stage.run(command)
          #expect(child.ending == .exited(0), "\(child.errors)")
          let end =
            Int64(
              child.errors.components(separatedBy: "the file ends at id ").dropFirst().first?
                .prefix { $0.isNumber } ?? "") ?? 0
          ends.append(end)
        }
        try database.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'DO %' AND datname = current_database()"
        )
        for writer in writers { try writer.waitForEnd() }
        note("consistent exports beside four writers ended at \(ends)")
        #expect(ends == ends.sorted() && ends.last ?? 0 > 2100)
        try waitUntil("the writers' transactions to end") {
          try database.number(
            "SELECT count(*) FROM pg_locks WHERE relation = 'customers'::regclass AND mode = 'RowExclusiveLock'"
          ) == 0
        }
        for (run, end) in zip(1..., ends) {
          let there = try database.query(
            "SELECT customer_id FROM customers WHERE customer_id <= \(end) ORDER BY customer_id")
          let found = try ids(in: stage.export(server.url, to: "run\(run).csv"))
          let isWhole = found == there.split(separator: "\n").compactMap { Int64($0) }
          #expect(isWhole, "run \(run), which ended at \(end)")
        }
      }
    }

    /// Ids above all that were drawn are waited for, drawn or given. One below that is given to a row later is what no
    /// update sees; `verify` finds it, and a whole export has it.
    @Test func filesThatGiveIDs() throws {
      try onStage { stage in
        let database = try stage.database()
        let server = try stage.server(database)
        func give(_ ids: ClosedRange<Int>) throws {
          let rows = ids.map { "\($0),given\n" }
          try #require(server.importFile("customer_id,first_name\n\(rows.joined())").status == 201)
        }
        let command = stage.export(server.url, ["--consistent"])
        for ids in [1...10, 21...30] {
          try give(ids)
          let child = try stage.run(command, ["--update"])
          #expect(child.ending == .exited(0), "\(child.errors)")
          try stage.checkFile(command, database)
        }
        try give(15...15)
        try #require(stage.run(command, ["--update"]).ending == .exited(0))
        #expect(try ids(in: command) == Array(1...10) + Array(21...30))
        let verified = try stage.run(
          .exporter, ["verify", command.target, "--url", server.url], command.environment)
        #expect(verified.ending == .exited(1))
        #expect(verified.output.contains("customer 15: "), "\(verified.output)")
        try stage.checkExport(command, of: database)
      }
    }

    @Test func theWatermarkWantsAKeyAndAnswersAnybodyElse() throws {
      try onStage { stage in
        let database = try stage.database(rows: 10)
        let server = try stage.server(database)
        #expect(try server.ask("GET", "/customers/watermark", headers: []).status == 401)
        let answer = try server.ask("GET", "/customers/watermark")
        #expect(answer.status == 200)
        #expect(answer.text == #"{"settled":0,"highest":10,"transactions":0,"loads":0}"#)
        // Ids of ten rows that were given by hand, above a sequence that was never asked.
        let child = try stage.run(stage.export(server.url, ["--consistent"]))
        #expect(child.ending == .exited(1), "\(child.errors)")
        #expect(child.errors.contains("ids up to 0 of 10 are settled"), "\(child.errors)")
      }
    }

    @Test func whatWasBegunPlainIsNotGoneOnWithConsistently() throws {
      try onStage { stage in
        let database = try stage.database(rows: 20_000)
        try database.query("SELECT setval('customers_customer_id_seq', 20000)")
        let server = try stage.server(database)
        let proxy = try CountingProxy(upstream: server.port, hold: 0.05)
        defer { proxy.close() }
        let command = stage.export(proxy.url, ["--records", "100"])
        let child = try stage.start(command)
        try waitUntil("rows on disk") { command.progress > 100_000 }
        child.signal(SIGKILL)
        try child.waitForEnd()
        let refused = try stage.run(command, ["--consistent"])
        #expect(refused.ending == .exited(2), "\(refused.errors)")
        #expect(refused.errors.contains("consistent") && refused.errors.contains("--restart"))
        try stage.checkExport(command, of: database)
      }
    }

    private func ids(in command: ExporterCommand) throws -> [Int64] {
      // No row of these has a line end in it.
      let text = try String(contentsOfFile: command.target, encoding: .utf8)
      return text.split(separator: "\n").dropFirst().compactMap { Int64($0.prefix { $0 != "," }) }
    }
  }
}

/// A transaction that has done its work and waits, until it is told to commit.
private final class LateTransaction {
  private let database: Database
  private let session: ChildProcess
  private let gate: ChildProcess

  init(_ database: Database, _ work: String) throws {
    self.database = database
    gate = try database.start("SELECT pg_advisory_lock(1); SELECT pg_sleep(600)")
    try waitUntil("the gate") {
      try database.number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted") == 1
    }
    session = try database.start("BEGIN; \(work); SELECT pg_advisory_lock(1); COMMIT")
    try waitUntil("the late transaction") {
      try database.number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == 1
    }
  }

  func commit() throws {
    try database.query(
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()
      """)
    try session.waitForEnd()
    gate.end()
  }
}
