import EventLoop
import TestSupport
import Testing

@testable import Postgres

/// Connections that break, servers that go away, and what callers see of it.
@Suite struct LivePoolTests {
  private static let one = PreparedStatement("pool_one", "SELECT $1::bigint")

  private func withCluster(
    _ options: [String] = [], connections: Int = 2, _ limits: PostgresPool.Limits = .init(),
    _ body: @escaping @Sendable (Loop, PrivateCluster, PostgresPool, EventLog) async throws -> Void
  ) async throws {
    try await onLoop { loop in
      try await PrivateCluster.with(loop, options: options) { cluster in
        try await LivePool.with(loop, cluster.settings, connections: connections, limits) { pool, log in
          try await body(loop, cluster, pool, log)
        }
      }
    }
  }

  @Test func pausesGrowToHalfASecond() {
    for failures in 0...40 {
      let pause = PostgresPool.pause(after: failures)
      #expect(pause >= 50)
      #expect(pause <= 500, "with the time to connect, the pool is back within a second of its server")
    }
    #expect(PostgresPool.pause(after: 0) <= 63)
    #expect(PostgresPool.pause(after: 9) >= 400)
  }

  @Test func aBackendIsEndedInTheMiddleOfAQuery() async throws {
    try await LivePool.with(connections: 1) { live in
      async let slow = postgresError { try await live.pool.query("SELECT pg_sleep(30)") }
      async let behind = postgresError { try await live.pool.read(Self.one, 1) }
      try await live.loop.sleep(milliseconds: 50)
      try await live.database.session(live.loop) { session in
        _ = try await session.query(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()
          """)
      }
      let errors = await [slow, behind]
      #expect(errors[0]?.state == "57P01")
      #expect(errors[1] == .connectionLost("terminating connection due to administrator command"))
      _ = try #require(try await waitUntil(live.loop) { live.pool.isUp })
      try await expect(2) { try await live.pool.read(Self.one, 2).integer(0, 0) }
      #expect(live.log.losses == [.connectionLost("terminating connection due to administrator command")])
    }
  }

  @Test func anIdleBackendIsEnded() async throws {
    try await LivePool.with(connections: 2) { live in
      try await live.database.session(live.loop) { session in
        _ = try await session.query(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()
          """)
      }
      _ = try #require(try await waitUntil(live.loop) { live.log.connections == 4 })
      #expect(live.log.losses.count == 2)
      for loss in live.log.losses {
        #expect(loss == .connectionLost("terminating connection due to administrator command"))
      }
      try await expect(2) { try await live.pool.read(Self.one, 2).integer(0, 0) }
    }
  }

  @Test(arguments: [PrivateCluster.StopMode.fast, .immediate, nil])
  func theServerIsRestarted(mode: PrivateCluster.StopMode?) async throws {
    try await withCluster { loop, cluster, pool, log in
      try await expect(1) { try await pool.read(Self.one, 1).integer(0, 0) }
      async let slow = postgresError { try await pool.query("SELECT pg_sleep(30)") }
      try await loop.sleep(milliseconds: 50)
      try await loop.aside {
        if let mode { cluster.stop(mode) } else { cluster.kill() }
      }
      let error = await slow
      #expect(error?.state?.isShutdown == true || error.map { "\($0)" }?.contains("broke") == true)
      _ = try #require(try await waitUntil(loop) { !pool.isUp })
      let begin = loop.now
      for _ in 0..<100 {
        let error = await postgresError { try await pool.read(Self.one, 1) }
        guard case .unavailable(let reason) = error else {
          Issue.record("\(String(describing: error))")
          return
        }
        #expect(!reason.isEmpty)
      }
      #expect(loop.now - begin < 3000, "nobody waits while there is no server")
      _ = try #require(try await waitUntil(loop) { !log.failures.isEmpty })
      try await loop.aside { try cluster.start() }
      // The longest pause is a good half second; the rest is for a busy machine.
      let back = try await waitUntil(loop) { pool.connected == 2 }
      #expect(try #require(back) < 4000)
      try await expect(1) { try await pool.read(Self.one, 1).integer(0, 0) }
    }
  }

  @Test func theServerIsFrozen() async throws {
    try await withCluster(connections: 2, .with { $0.silence = 1500 }) { loop, cluster, pool, log in
      try await expect(1) { try await pool.read(Self.one, 1).integer(0, 0) }
      cluster.freeze()
      loop.resetLongestTurn()
      let begin = loop.now
      let errors = await withTaskGroup(of: PostgresError?.self) { group in
        for index in 0..<50 {
          group.addTask { await postgresError { try await pool.read(Self.one, Int64(index)) } }
        }
        group.addTask { await postgresError { try await pool.query("SELECT 1") } }
        return await group.reduce(into: [PostgresError?]()) { $0.append($1) }
      }
      #expect(errors.count == 51)
      for error in errors { #expect(error == .timedOut) }
      let waited = loop.now - begin
      #expect(waited >= 1500)
      #expect(waited < 1500 + 3000, "the limit, two looks, and something for a busy machine")
      #expect(!pool.isResponsive(within: 1000))
      // The kernel still takes connections for it; nobody answers there.
      try await loop.sleep(milliseconds: 300)
      guard case .unavailable = await postgresError({ try await pool.read(Self.one, 1) }) else {
        Issue.record("a query was sent to a frozen server")
        return
      }
      #expect(loop.longestTurn < 1500, "the loop stood still for \(loop.longestTurn) ms")
      cluster.thaw()
      // The longest pause is a good half second; the rest is for a busy machine.
      let back = try await waitUntil(loop) { pool.connected == 2 }
      #expect(try #require(back) < 4000)
      try await expect(7) { try await pool.read(Self.one, 7).integer(0, 0) }
      #expect(log.losses.allSatisfy { $0 == .timedOut })
    }
  }

  @Test func aShortFreezeCostsTimeOnly() async throws {
    try await withCluster(connections: 1, .with { $0.silence = 5000 }) { loop, cluster, pool, log in
      cluster.freeze()
      async let answer = pool.read(Self.one, 5)
      try await loop.sleep(milliseconds: 1200)
      cluster.thaw()
      #expect(try await answer.integer(0, 0) == 5)
      #expect(log.losses.isEmpty)
    }
  }

  @Test func aQueueBehindSlowQueriesIsNotWaitedForForEver() async throws {
    try await LivePool.with(connections: 1, .with { $0.silence = 1500 }) { live in
      let answers = await withTaskGroup(of: PostgresError?.self) { group in
        for _ in 0..<10 {
          group.addTask { await postgresError { try await live.pool.query("SELECT pg_sleep(0.5)") } }
        }
        return await group.reduce(into: [PostgresError?]()) { $0.append($1) }
      }
      #expect(answers.count { $0 == nil } >= 2)
      #expect(answers.count { $0 == .timedOut } >= 5)
      #expect(live.log.losses.isEmpty, "the server answered all the time")
    }
  }

  @Test func thereAreNoConnectionsLeft() async throws {
    try await withCluster(["max_connections=2"], connections: 4) { loop, cluster, pool, log in
      #expect(pool.connected == 2)
      #expect(log.failures.count >= 2)
      #expect(log.failures.allSatisfy { "\($0)".contains("too many clients") })
      for index in 0..<50 {
        try await expect(Int64(index)) { try await pool.read(Self.one, Int64(index)).integer(0, 0) }
      }
      let refused = await postgresError { try await PostgresSession.connect(loop, cluster.settings) }
      #expect("\(String(describing: refused))".contains("too many clients"))
    }
  }

  @Test func tooManyQueriesAreRefusedAtOnce() async throws {
    try await withCluster(connections: 2, .with { $0.queuedQueries = 10 }) { loop, cluster, pool, _ in
      cluster.freeze()
      let errors = await withTaskGroup(of: PostgresError?.self) { group in
        for index in 0..<30 {
          group.addTask { await postgresError { try await pool.read(Self.one, Int64(index)) } }
        }
        group.addTask {
          try? await loop.sleep(milliseconds: 100)
          cluster.thaw()
          return .closed
        }
        return await group.reduce(into: [PostgresError?]()) { $0.append($1) }
      }
      #expect(errors.count { $0 == .overloaded } == 10)
      #expect(errors.count { $0 == nil } == 20)
      #expect(pool.load == 0)
    }
  }

  @Test func closingAnswersWhoWaits() async throws {
    try await LivePool.with { live in
      let errors = await withTaskGroup(of: PostgresError?.self) { group in
        for index in 0..<20 {
          group.addTask {
            await postgresError {
              if index % 2 == 0 { return try await live.pool.query("SELECT pg_sleep(30)") }
              return try await live.pool.read(Self.one, 1)
            }
          }
        }
        group.addTask {
          try? await live.loop.sleep(milliseconds: 20)
          await live.pool.close()
          return nil
        }
        return await group.reduce(into: [PostgresError?]()) { $0.append($1) }
      }
      #expect(errors.count { $0 == .closed } >= 10)
      #expect(await postgresError { try await live.pool.read(Self.one, 1) } == .closed)
      #expect(live.log.losses.isEmpty, "to be closed is no loss")
      #expect(live.pool.load == 0)
      await live.pool.close()
    }
  }

  @Test func aPoolWithoutAServerComesUpWithIt() async throws {
    try await onLoop { loop in
      try await PrivateCluster.with(loop) { cluster in
        try await loop.aside { cluster.stop() }
        try await LivePool.with(loop, cluster.settings) { pool, log in
          #expect(!pool.isUp)
          #expect(log.failures.count == 2)
          let error = await postgresError { try await pool.read(Self.one, 1) }
          #expect("\(String(describing: error))".contains("No such file or directory"))
          try await loop.aside { try cluster.start() }
          #expect(try #require(try await waitUntil(loop) { pool.connected == 2 }) < 4000)
        }
      }
    }
  }

  @Test func manyQueriesOverManyTurns() async throws {
    try await LivePool.with { live in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for client in 0..<64 {
          group.addTask {
            for index in 0..<100 {
              let number = Int64(client * 1000 + index)
              try await expect(number) { try await live.pool.read(Self.one, number).integer(0, 0) }
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(live.pool.load == 0)
      #expect(live.pool.isResponsive(within: 5000))
    }
  }

  @Test func anIdlePoolIsProbed() async throws {
    try await LivePool.with(connections: 1) { live in
      let rows = try await live.database.session(live.loop) { session in
        try await session.query(
          """
          SELECT pid::bigint, state_change FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()
          """)
      }
      let before = try #require(rows.integer(0, 1))
      try await live.loop.sleep(milliseconds: 1200)
      let later = try await live.database.session(live.loop) { session in
        try await session.query(
          """
          SELECT pid::bigint, state_change FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()
          """)
      }
      #expect(later.integer(0, 0) == rows.integer(0, 0))
      #expect(try #require(later.integer(0, 1)) > before)
    }
  }
}
