import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// A load that is killed, stopped, cut off or run a second time.
  @Suite struct InterruptedLoadTests {
    private static let jobs = 2
    /// Rows in one transaction of a job, as the generator has them.
    private static let chunk = 50_000
    private static let rows = Scale.isFull ? 1_000_000 : 200_000
    private static let command = ["--rows", "\(rows)", "--jobs", "\(jobs)", "--seed", "11"]

    private func digest(_ database: Database) throws -> String {
      try database.query(
        "SELECT count(*), md5(string_agg(md5(c::text), '' ORDER BY customer_id)) FROM customers AS c",
        within: Scale.patience)
    }

    /// What a load makes that nobody disturbs, and the time that it takes; loaded once for all tests.
    private func undisturbed(_ stage: Stage) throws -> (digest: String, milliseconds: Double) {
      if let known = Self.known.withLock({ $0 }) { return known }
      let database = try stage.emptyDatabase()
      let time = try milliseconds {
        try stage.generate(Self.rows, into: database, Array(Self.command.dropFirst(2)))
      }
      let seen = (digest: try digest(database), milliseconds: time)
      Self.known.withLock { $0 = seen }
      return seen
    }

    private static let known = Locked<(digest: String, milliseconds: Double)?>(nil)

    /// Rows that arrived at the table, those of transactions that came to nothing too.
    private func rowsSent(_ database: Database) throws -> Int {
      try database.number(
        "SELECT coalesce(sum(n_tup_ins), 0) FROM pg_stat_user_tables WHERE relname = 'customers'")
    }

    @Test func killedTwentyTimesAtRandomMoments() throws {
      try onStage { stage in
        let (expected, whole) = try undisturbed(stage)
        let seed = UInt64.random(in: 0 ... .max)
        note("kills at the moments of seed \(seed)")
        var dice = SeededDice(state: seed)
        var kills = 0
        while kills < 20 {
          let database = try stage.database()
          let before = kills
          // Some are killed as soon as they exist, some when half of the rows are there. A run that was faster than its
          // kill ends the load; then there is another one.
          var isKilled = true
          while isKilled, kills < 20 {
            let child = try stage.start(.generator, Self.command, ["DATABASE_URL": database.url])
            usleep(UInt32(whole * 0.5 * Double.random(in: 0..<1, using: &dice) * 1000))
            child.signal(SIGKILL)
            let ending = try child.waitForEnd(within: Scale.patience)
            isKilled = ending == .killed(signal: SIGKILL)
            try #require(isKilled || ending == .exited(0), "kill \(kills): \(child.errors)")
            kills += isKilled ? 1 : 0
          }
          try checkLoad(of: database, expected, kills: kills - before, stage)
        }
      }
    }

    /// Runs the load to its end and looks at what has come of it.
    private func checkLoad(of database: Database, _ expected: String, kills: Int, _ stage: Stage) throws {
      try stage.generate(Self.rows, into: database, Array(Self.command.dropFirst(2)))
      #expect(try digest(database) == expected)
      let sent = try rowsSent(database)
      note("\(kills) kills, \(sent) rows sent for \(Self.rows)")
      #expect(sent >= Self.rows)
      #expect(sent <= Self.rows + kills * Self.jobs * Self.chunk)
      // The ids of others lie behind it.
      #expect(
        try database.number("INSERT INTO customers DEFAULT VALUES RETURNING customer_id") == Self.rows + 1)
    }

    /// Kills from the start of the process, over the set-up of an empty database, to behind its end.
    @Test func killedWhereverItIs() throws {
      try onStage { stage in
        let rows = 3000
        let arguments = ["--rows", "\(rows)", "--jobs", "2"]
        let whole = try stage.emptyDatabase()
        let time = try milliseconds { try stage.generate(rows, into: whole) }
        let expected = try digest(whole)
        var finished = 0
        let steps = Scale.isFull ? 20 : 8
        for step in 0..<steps {
          let database = try stage.emptyDatabase()
          let child = try stage.start(.generator, arguments, ["DATABASE_URL": database.url])
          usleep(UInt32(time * 1.5 * Double(step) / Double(steps) * 1000))
          child.signal(SIGKILL)
          if try child.waitForEnd() == .exited(0) { finished += 1 }
          try stage.generate(rows, into: database, ["--jobs", "3"])
          #expect(try digest(database) == expected, "killed at \(step)/\(steps)")
        }
        note("\(finished) of \(steps) runs were finished before the kill")
      }
    }

    /// Starts a load that comes to two finished chunks and no further: rows of the next two wait at a gate.
    private func startHeldLoad(
      into database: Database, _ options: [String], _ stage: Stage
    ) throws -> ChildProcess {
      try database.query(
        """
        CREATE TABLE gate (shut boolean);
        INSERT INTO gate VALUES (true);
        CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          WHILE EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.01); END LOOP;
          RETURN NEW;
        END $$;
        CREATE TRIGGER gate BEFORE INSERT ON customers FOR EACH ROW WHEN (NEW.customer_id IN (120000, 170000))
        EXECUTE FUNCTION wait_at_gate();
        """)
      let child = try stage.start(.generator, Self.command + options, ["DATABASE_URL": database.url])
      try waitUntil("two jobs at the gate", within: Scale.patience) {
        try database.number(
          "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
        ) == 2
      }
      return child
    }

    private func openGate(_ database: Database) throws { try database.query("DELETE FROM gate") }

    @Test(arguments: [SIGTERM, SIGINT])
    func stoppedBySignal(number: Int32) throws {
      try onStage { stage in
        let (expected, _) = try undisturbed(stage)
        let database = try stage.database()
        let child = try startHeldLoad(into: database, [], stage)
        child.signal(number)
        #expect(try child.waitForEnd(within: 20) == .exited(4), "\(child.errors)")
        #expect(
          child.errors.contains("stopped by \(number == SIGTERM ? "SIGTERM" : "SIGINT")"), "\(child.errors)")
        #expect(child.errors.contains("`generator --rows \(Self.rows) --seed 11` goes on"), "\(child.errors)")
        #expect(child.errors.split(separator: "\n").count == 1, "\(child.errors)")
        #expect(try database.number("SELECT count(*) FROM customers") == 2 * Self.chunk)
        try openGate(database)
        let again = try stage.generate(Self.rows, into: database, ["--jobs", "3", "--seed", "11"])
        #expect(again.errors.contains("with those of earlier runs"), "\(again.errors)")
        #expect(try digest(database) == expected)
      }
    }

    @Test func onlyTheSameCommandGoesOn() throws {
      try onStage { stage in
        let database = try stage.database()
        let child = try startHeldLoad(into: database, [], stage)
        child.signal(SIGKILL)
        try child.waitForEnd()
        // The killed one's transactions are over before the rows are counted.
        try waitUntil("the killed one's sessions to end") {
          try database.number(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
          ) == 0
        }
        try openGate(database)
        let before = try digest(database)
        for other in [
          ["--rows", "\(Self.rows)", "--seed", "12"], ["--rows", "1000", "--seed", "11"],
          ["--rows", "\(Self.rows)", "--seed", "11", "--append"],
        ] {
          let child = try stage.run(.generator, other, ["DATABASE_URL": database.url])
          #expect(child.ending == .exited(1), "\(other): \(child.errors)")
          #expect(
            child.errors.contains("`generator --rows \(Self.rows) --seed 11`")
              && child.errors.contains("--replace"), "\(other): \(child.errors)")
          #expect(try digest(database) == before)
        }
        try stage.generate(1000, into: database, ["--replace", "--seed", "12"])
        let fresh = try stage.emptyDatabase()
        try stage.generate(1000, into: fresh, ["--seed", "12"])
        #expect(try digest(database) == digest(fresh))
      }
    }

    @Test func ofTwoAtOnceOneIsRefused() throws {
      try onStage { stage in
        let (expected, _) = try undisturbed(stage)
        let database = try stage.database()
        // Whoever holds the lock of the generators is one; this one does not end by itself.
        let holder = try stage.start([
          "/usr/bin/psql", "-XqAt", "-d", database.url, "-c",
          "SELECT pg_advisory_lock(\(0x6765_6E65_7261_746F)); SELECT pg_sleep(600)",
        ])
        try waitUntil("the lock to be taken") {
          try database.number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted") == 1
        }
        let refused = try stage.run(.generator, Self.command, ["DATABASE_URL": database.url], within: 60)
        #expect(refused.ending == .exited(1), "\(refused.errors)")
        #expect(refused.errors.contains("another generator is loading"), "\(refused.errors)")
        #expect(try database.number("SELECT count(*) FROM customers") == 0)
        try database.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        try holder.waitForEnd()

        // Both alive and equal: one loads, the other one is refused or finds that there is nothing to do.
        let both = try (0..<2).map { _ in
          try stage.start(.generator, Self.command, ["DATABASE_URL": database.url])
        }
        let endings = try both.map { try $0.waitForEnd(within: Scale.patience) }
        #expect(endings.contains(.exited(0)), "\(both.map(\.errors))")
        #expect(endings.allSatisfy { $0 == .exited(0) || $0 == .exited(1) }, "\(endings)")
        #expect(try digest(database) == expected)
      }
    }

    @Test(arguments: ["--append", "--replace"])
    func killedWithRowsThatWereThere(option: String) throws {
      try onStage { stage in
        let loads = try (0..<2).map { _ in try stage.database(rows: 1000) }
        let command = Self.command + [option]
        try stage.generate(Self.rows, into: loads[0], Array(command.dropFirst(2)))
        let child = try startHeldLoad(into: loads[1], [option], stage)
        child.signal(SIGKILL)
        try child.waitForEnd()
        try openGate(loads[1])
        try stage.generate(Self.rows, into: loads[1], Array(command.dropFirst(2)))
        let columns = "count(*), md5(string_agg(md5(c::text), '' ORDER BY customer_id))"
        let digests = try loads.map {
          try $0.query("SELECT \(columns) FROM customers AS c WHERE source = 'generator'")
        }
        #expect(digests[0] == digests[1])
        let count = option == "--append" ? Self.rows + 1000 : Self.rows
        #expect(try loads[1].number("SELECT count(*) FROM customers") == count)
      }
    }

    /// The database is stopped in the middle of a load. Where it comes back in time, nobody has to do anything;
    /// otherwise the load says how to go on.
    @Test func aDatabaseThatGoesAway() throws {
      try onStage { stage in
        let (expected, _) = try undisturbed(stage)
        let cluster = try Cluster.own.get()
        stage.finally { try? cluster.start() }
        for (patience, code) in [("120s", 0), ("0", 4)] as [(String, Int32)] {
          let database = try stage.database(on: cluster)
          let child = try startHeldLoad(into: database, ["--patience", patience], stage)
          try cluster.stop()
          if code == 4 { #expect(try child.waitForEnd() == .exited(4), "\(child.errors)") }
          try cluster.start()
          try openGate(database)
          #expect(try child.waitForEnd(within: Scale.patience) == .exited(code), "\(child.errors)")
          if code == 4 {
            #expect(child.errors.contains("goes on with the others"), "\(child.errors)")
            try stage.generate(Self.rows, into: database, Array(Self.command.dropFirst(2)))
          } else {
            #expect(child.errors.contains("waiting for it to come back"), "\(child.errors)")
          }
          #expect(try digest(database) == expected)
        }
      }
    }

    @Test(arguments: [SIGKILL, SIGTERM])
    func aFileIsWholeOrNotThere(number: Int32) throws {
      try onStage { stage in
        let file = stage.path("customers.csv")
        let child = try stage.start(.generator, ["--rows", "100000000", "--out", file])
        try waitUntil("something to be written") {
          (try? FileManager.default.attributesOfItem(atPath: file + ".part")[.size] as? Int).map { $0 > 0 }
            ?? false
        }
        child.signal(number)
        #expect(
          try child.waitForEnd(within: 20) == (number == SIGKILL ? .killed(signal: SIGKILL) : .exited(1)))
        #expect(!FileManager.default.fileExists(atPath: file))
        let again = try stage.run(.generator, ["--rows", "5", "--out", file])
        #expect(again.ending == .exited(0), "\(again.errors)")
        #expect(FileManager.default.contents(atPath: file)?.split(separator: UInt8(ascii: "\n")).count == 6)
      }
    }
  }
}
