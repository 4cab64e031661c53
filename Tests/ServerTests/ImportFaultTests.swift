import EventLoop
import Postgres
import TestSupport
import Testing

@testable import Server

/// Imports out of servers that are silent, broken or not as expected, and into databases that go away.
@Suite struct ImportFaultTests {
  /// The failure of an import with one attempt, from a server in such a mood.
  private func failure(
    _ mood: String, rows: Int = 3000, _ arguments: [String] = [],
    _ check: @escaping @Sendable (ImportFailure, ImportCounts, ImportFixture) async throws -> Void
  ) async throws {
    try await ImportFixture.with(Users.many(rows), mood: mood) { fixture, server in
      let arguments = ["--mssql-timeout", "1s", "--mssql-retries", "0"] + arguments
      guard case .failed(let failure, let counts)? = try await fixture.run(server, arguments) else {
        throw Surprise("the import did not fail")
      }
      try await check(failure, counts, fixture)
      #expect(try await fixture.record()?.hasPrefix("failed|1|\(counts.read)|") == true)
    }
  }

  @Test(arguments: ["deaf", "deaf-at-query", "mute:0", "deaf:0", "mute:100", "deaf:100"])
  func aSilentServerIsGivenUp(mood: String) async throws {
    try await failure(mood) { failure, counts, fixture in
      #expect(failure.kind == .silentSource && failure.status == .gatewayTimeout)
      #expect(counts == ImportCounts())
      let customers = try await fixture.count("customers")
      #expect(customers == 0)
    }
  }

  @Test(arguments: ["dead:0", "dead:2999", "reset:1500", "error:2999"])
  func aBrokenServerIsNoEnd(mood: String) async throws {
    try await failure(mood) { failure, _, _ in
      #expect(failure.kind == .brokenSource && failure.status == .badGateway)
    }
  }

  /// What was committed before stays, and the next attempt says so.
  @Test func theNextAttemptGoesOn() async throws {
    try await ImportFixture.with(Users.many(5000), mood: "dead:4500,deaf-at-query,well") { fixture, server in
      let outcome = try await fixture.run(server, ["--mssql-timeout", "1s"])
      #expect(outcome == .finished(ImportCounts(5000, 5000, 0, 0)))
      #expect(try await fixture.record() == "finished|3|5000|5000|0|0|0")
      #expect(try await fixture.count("customers") == 5000)
    }
  }

  /// Rows that come one by one, each in time, are no silence, however long all of them take.
  @Test func aSlowServerIsNotSilent() async throws {
    try await ImportFixture.with(Users.many(20), mood: "slow:0:100") { fixture, server in
      let outcome = try await fixture.run(server, ["--mssql-timeout", "1s", "--mssql-retries", "0"])
      #expect(outcome == .finished(ImportCounts(20, 20, 0, 0)))
    }
  }

  @Test func aWrongPasswordIsNotTriedAgain() async throws {
    try await ImportFixture.with(Users.many(1)) { fixture, server in
      let settings = try ImportFixture.settings([
        "--mssql-host", "127.0.0.1", "--mssql-port", "\(server.port)", "--mssql-user", "sa",
        "--mssql-password",
        "hush-hush", "--mssql-retries", "2",
      ])
      guard case .failed(let failure, _)? = await fixture.outcome(settings) else {
        throw Surprise("it went well")
      }
      #expect(failure.kind == .refused && failure.status == .badGateway)
      #expect(failure.description.contains("Login failed") && !failure.description.contains("hush"))
      #expect(try await fixture.record() == "failed|1|0|0|0|0|0")
      let shown = fixture.seen.withLock { "\($0)" }
      #expect(!shown.contains("hush"))
    }
  }

  @Test(arguments: [
    ("SELECT id, phone FROM dbo.users", "the query gives no column firstname, lastname"),
    ("SELECT * FROM dbo.nowhere", "SQLSTATE 42S02"),
  ])
  func aWrongQueryIsToldAndNotTriedAgain(query: String, words: String) async throws {
    try await failure("well", rows: 1, ["--mssql-query", query, "--mssql-retries", "3"]) { failure, _, _ in
      #expect(failure.kind == .wrongQuery && failure.status == .badGateway)
      #expect(failure.description.contains(words), "\(failure)")
    }
  }

  @Test func nobodyListens() async throws {
    try await failure("well", rows: 1, ["--mssql-port", "1"]) { failure, _, _ in
      #expect(failure.kind == .brokenSource)
    }
  }

  @Test func aDriverThatIsNotThere() async throws {
    try await failure("well", rows: 1, ["--mssql-connection", "Driver=/nowhere.so"]) { failure, _, _ in
      let isOwnTrouble = failure.kind == .noDriver && failure.status == .serviceUnavailable
      #expect(isOwnTrouble)
    }
  }

  /// A server that never answers is not asked by ever more threads.
  @Test func threadsThatHangAreBounded() async throws {
    try await ImportFixture.with(Users.table, mood: "deaf") { fixture, server in
      let settings = try ImportFixture.settings(server, ["--mssql-timeout", "50ms", "--mssql-retries", "9"])
      guard case .failed(let failure, _)? = await fixture.outcome(settings) else {
        throw Surprise("it went well")
      }
      // Four hang until the driver gives up by itself, two seconds later.
      #expect(failure.kind == .noDriver)
      #expect(try await fixture.record() == "failed|5|0|0|0|0|0")
    }
  }

  // MARK: The database

  /// PostgreSQL is killed with batches under way, and comes back: the next attempt ends what the first one began.
  @Test func aDatabaseThatIsKilledIsComeBackTo() async throws {
    try await onLoop { loop in
      try await TDSServer.with(loop, Users.many(400), mood: "slow:0:10,well") { server in
        try await PrivateCluster.with(loop) { cluster in
          try await ImportFixture.migrated(loop, cluster.settings) { fixture in
            let customerImport = fixture.customerImport(
              try ImportFixture.settings(server, ["--mssql-retries-sleep", "1h"]))
            async let outcome = customerImport.outcome(on: loop)
            try await fixture.waitFor("the first batch") { try await fixture.count("customers") ?? 0 > 0 }
            try await loop.aside { cluster.kill() }
            try await loop.eventually("an attempt has failed") {
              fixture.seen.withLock { $0.contains { $0.kind == .importAttemptFailed } }
            }
            await customerImport.stop(on: loop, within: 5000)
            guard case .stopped(let counts)? = await outcome else { throw Surprise("it was not stopped") }
            #expect(counts.inserted > 0 && counts.inserted < 400)

            // Another server's import finds what the killed one has left.
            try await loop.aside { try cluster.start() }
            try await ImportFixture.migrated(loop, cluster.settings) { fixture in
              let second = try await fixture.run(server)
              #expect(second == .finished(ImportCounts(400, 400 - counts.inserted, 0, 0)))
              let states = try await fixture.rows("SELECT state, message FROM imports ORDER BY import_id")
              #expect(states == ["interrupted|the server that ran it is gone", "finished|-"])
            }
          }
        }
      }
    }
  }

  @Test func aDatabaseThatIsAwayIsTriedAgainToo() async throws {
    try await ImportFixture.with(Users.many(1)) { fixture, server in
      let away = CustomerImport(
        try ImportFixture.settings(server), try fixture.database.with("dbname", "nowhere")
      ) { [seen = fixture.seen] event in seen.withLock { $0.append(event) } }
      guard case .failed(let failure, _)? = await away.outcome(on: fixture.loop) else {
        throw Surprise("it went well")
      }
      #expect(failure.kind == .databaseAway && failure.status == .serviceUnavailable)
      #expect(fixture.seen.withLock { $0.filter { $0.kind == .importAttemptFailed }.count } == 3)
    }
  }

  /// Somebody takes a phone while its batch is being merged: the batch is merged again, and sees it.
  @Test func aPhoneThatIsTakenMeanwhileIsFound() async throws {
    try await ImportFixture.with(Users.many(3)) { fixture, server in
      let other = try await PostgresSession.connect(fixture.loop, fixture.database)
      defer { other.close() }
      try await other.run(
        script: """
          INSERT INTO phones (code, number) VALUES ('7', '9020000002');
          BEGIN; INSERT INTO customers (customer_id, phone_id) SELECT 77, phone_id FROM phones;
          """)
      async let outcome = fixture.run(server)
      try await fixture.waitFor("the import waits") {
        try await fixture.session.query(
          "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ).integer(0, 0) == 1
      }
      try await other.run(script: "COMMIT")
      #expect(try await outcome == .finished(ImportCounts(3, 2, 0, 1)))
      #expect(try await fixture.findings() == ["2|2|phone: +79020000002 is that of customer 77 already"])
    }
  }

  // MARK: Joining and stopping

  @Test func aSecondCallJoins() async throws {
    try await ImportFixture.with(Users.many(200), mood: "slow:0:5") { fixture, server in
      let customerImport = fixture.customerImport(try ImportFixture.settings(server))
      let other = try Loop.start(name: "other")
      async let first = customerImport.outcome(on: fixture.loop)
      async let second = other.loop.run { await customerImport.outcome(on: other.loop) }
      let both = try await (first, second)
      #expect(both.0 == .finished(ImportCounts(200, 200, 0, 0)) && both.1 == both.0)
      #expect(try await fixture.count("imports") == 1)
      _ = try await fixture.loop.aside { other.stop() }
      // The next one begins anew.
      #expect(await customerImport.outcome(on: fixture.loop) == .finished(ImportCounts(200, 0, 0, 0)))
      #expect(try await fixture.count("imports") == 2)
    }
  }

  /// Two servers of one database have only the database in common.
  @Test func anotherServersImportIsJoined() async throws {
    try await ImportFixture.with(Users.many(200), mood: "slow:0:5,well") { fixture, server in
      let settings = try ImportFixture.settings(server)
      let first = fixture.customerImport(settings)
      let second = fixture.customerImport(settings)
      async let one = first.outcome(on: fixture.loop)
      try await fixture.waitFor("an import that runs") { try await fixture.record() != nil }
      async let two = second.outcome(on: fixture.loop)
      let both = await (one, two)
      #expect(both.0 == .finished(ImportCounts(200, 200, 0, 0)) && both.1 == both.0)
      #expect(try await fixture.count("imports") == 1)
    }
  }

  @Test func aStopEndsAPauseAtOnce() async throws {
    try await ImportFixture.with(Users.many(1), mood: "dead:0") { fixture, server in
      let customerImport = fixture.customerImport(
        try ImportFixture.settings(server, ["--mssql-retries-sleep", "1h"]))
      let outcome = try await fixture.outcome(of: customerImport) {
        try await fixture.loop.eventually("an attempt has failed") {
          fixture.seen.withLock { $0.contains { $0.kind == .importAttemptFailed } }
        }
      }
      #expect(outcome == .stopped(ImportCounts()))
      #expect(try await fixture.record()?.hasPrefix("interrupted|1|") == true)
      #expect(await customerImport.outcome(on: fixture.loop) == nil)
    }
  }

  @Test(arguments: ["deaf", "deaf-at-query", "mute:100", "deaf:4500", "slow:50:1000"])
  func aStopEndsAWait(mood: String) async throws {
    try await ImportFixture.with(Users.many(5000), mood: mood) { fixture, server in
      let customerImport = fixture.customerImport(
        try ImportFixture.settings(server, ["--mssql-timeout", "1h"]))
      let outcome = try await fixture.outcome(of: customerImport) {
        try await fixture.waitFor("an import that runs") { try await fixture.record() != nil }
        if mood == "deaf:4500" {
          try await fixture.waitFor("the first batch") { try await fixture.count("customers") ?? 0 > 0 }
        }
      }
      guard case .stopped(let counts)? = outcome else { throw Surprise("it was not stopped") }
      #expect(try await fixture.count("customers") == counts.inserted)
      #expect(try await fixture.record()?.hasPrefix("interrupted|1|\(counts.read)|") == true)
    }
  }
}

extension ImportFixture {
  /// Lets an import run until `body` ends, and stops it then.
  func outcome(of customerImport: CustomerImport, _ body: () async throws -> Void) async throws
    -> ImportOutcome?
  {
    async let outcome = customerImport.outcome(on: loop)
    do {
      try await body()
    } catch {
      await customerImport.stop(on: loop, within: 5000)
      throw error
    }
    await customerImport.stop(on: loop, within: 5000)
    return await outcome
  }

  /// Looks at the database until `condition` holds.
  func waitFor(_ what: String, _ condition: () async throws -> Bool) async throws {
    let end = Loop.nanoseconds + 20_000_000_000
    while try await !condition() {
      if Loop.nanoseconds > end { throw Surprise(what) }
      try await loop.sleep(milliseconds: 5)
    }
  }
}
