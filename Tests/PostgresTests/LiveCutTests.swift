import EventLoop
import TestSupport
import Testing

@testable import Postgres

/// A connection through a proxy that cuts it after any number of bytes, stalls it, and sends it in crumbs.
@Suite struct LiveCutTests {
  private static let one = PreparedStatement("cut_one", "SELECT $1::bigint")
  private static let wide = PreparedStatement("cut_wide", "SELECT repeat('x', $1::integer), $2::bigint")

  private func withProxy(
    connections: Int = 1, _ limits: PostgresPool.Limits = .init(),
    choose: @escaping @Sendable (Int) -> Mischief = { _ in Mischief() },
    _ body: @escaping @Sendable (Loop, ChaosProxy, ConnectionSettings) async throws -> Void
  ) async throws {
    try await onLoop { loop in
      try await PrivateCluster.with(loop) { cluster in
        try await ChaosProxy.with(to: .unix("\(cluster.socketFolder)/.s.PGSQL.5432"), choose: choose) {
          proxy in
          let url = "postgresql://postgres@127.0.0.1:\(proxy.port)/postgres?sslmode=disable"
          try await body(loop, proxy, try ConnectionSettings(connectionString: url))
        }
      }
    }
  }

  /// Runs a turn's worth of queries; each must end with the right answer or with a clear error.
  private func traffic(_ pool: PostgresPool) async -> (answers: Int, errors: [PostgresError]) {
    await withTaskGroup(of: PostgresError?.self) { group in
      for index in 0..<12 {
        group.addTask {
          await postgresError {
            switch index % 3 {
            case 0:
              try await expect(Int64(index)) { try await pool.read(Self.one, Int64(index)).integer(0, 0) }
            case 1:
              let rows = try await pool.read(Self.wide, [.int4(700), .int8(Int64(index))])
              #expect(rows.cell(0, 0)?.count == 700)
              #expect(rows.integer(0, 1) == Int64(index))
            default: try await expect("é") { try await pool.query("SELECT \("é")").text(0, 0) }
            }
          }
        }
      }
      var errors: [PostgresError] = []
      for await error in group { if let error { errors.append(error) } }
      return (12 - errors.count, errors)
    }
  }

  /// Cuts after every number of bytes of the server from the first to the last of a connection's life, and some
  /// beyond; in good order and with a reset.
  @Test(arguments: [false, true])
  func anAnswerIsCutAnywhere(resets: Bool) async throws {
    try await withProxy { loop, proxy, settings in
      var cut = 1
      while true {
        let limit = cut
        let before = proxy.count.connections
        // Only the first connection of each round is cut, so that the pool must come back.
        proxy.choose { number in
          Mischief {
            if number == before { $0.cutAfterServerBytes = limit }
            $0.resets = resets
          }
        }
        var answers = 0
        try await LivePool.with(loop, settings, connections: 1) { pool, log in
          if pool.isUp {
            let first = await traffic(pool)
            answers = first.answers
            for error in first.errors {
              switch error {
              case .connectionLost, .unavailable: break
              default: Issue.record("cut at \(limit): \(error)")
              }
            }
          }
          _ = try #require(
            try await waitUntil(loop) { pool.isUp }, "cut at \(limit): the pool did not come back")
          if answers < 12 {
            let second = await traffic(pool)
            #expect(second.answers == 12, "cut at \(limit): \(second.errors), \(log.losses), \(log.failures)")
          }
        }
        if answers == 12 { break }
        // Every byte of the log-in and of the first answers; the long texts in steps that miss all boundaries.
        cut += cut < 500 ? 7 : 97
        try #require(cut < 20_000)
      }
      #expect(cut > 3000, "the cuts reached into the answers")
      _ = try #require(try await waitUntil(loop) { proxy.count.open == 0 }, "descriptors are left open")
    }
  }

  @Test func aRequestIsCutAnywhere() async throws {
    try await withProxy { loop, proxy, settings in
      for cut in [1, 8, 40, 90, 91, 92, 100, 150, 200, 300, 401, 503, 701] {
        let before = proxy.count.connections
        proxy.choose { number in Mischief { if number == before { $0.cutAfterClientBytes = cut } } }
        try await LivePool.with(loop, settings, connections: 1) { pool, _ in
          let first = await traffic(pool)
          for error in first.errors {
            switch error {
            case .connectionLost, .unavailable: break
            default: Issue.record("cut at \(cut): \(error)")
            }
          }
          _ = try #require(try await waitUntil(loop) { pool.isUp })
          let second = await traffic(pool)
          #expect(second.answers == 12, "cut at \(cut)")
        }
      }
    }
  }

  @Test(arguments: [1, 3])
  func answersComeInCrumbs(size: Int) async throws {
    try await withProxy(choose: { _ in Mischief { $0.trickle = size } }) { loop, _, settings in
      let patient = PostgresPool.Limits.with {
        $0.connectTimeout = 60_000
        $0.silence = 60_000
        $0.statementTimeout = 60_000
      }
      try await LivePool.with(loop, settings, connections: 1, patient) { pool, log in
        #expect(pool.isUp)
        let seen = await traffic(pool)
        #expect(seen.answers == 12, "\(seen.errors)")
        #expect(log.losses.isEmpty)
      }
    }
  }

  @Test func aStalledConnectionIsGivenUp() async throws {
    try await withProxy { loop, proxy, settings in
      try await LivePool.with(loop, settings, connections: 2, .with { $0.silence = 800 }) { pool, log in
        try await proxy.stallAll()
        let begin = loop.now
        let seen = await traffic(pool)
        #expect(seen.errors.allSatisfy { $0 == .timedOut })
        #expect(seen.errors.count == 12)
        #expect(loop.now - begin < 800 + 4000)
        // The way is free for new connections.
        _ = try #require(try await waitUntil(loop) { pool.connected == 2 })
        let again = await traffic(pool)
        #expect(again.answers == 12)
      }
      try await proxy.resumeAll()
      _ = try #require(try await waitUntil(loop) { proxy.count.open == 0 })
    }
  }

  @Test func aStallWithinAnAnswerIsNoticed() async throws {
    try await withProxy { loop, proxy, settings in
      proxy.choose { number in Mischief { if number == 0 { $0.stallAfterServerBytes = 2000 } } }
      try await LivePool.with(loop, settings, connections: 1, .with { $0.silence = 800 }) { pool, log in
        let error = await postgresError { try await pool.query("SELECT repeat('x', 100000)") }
        #expect(error == .timedOut)
        #expect(log.losses == [.timedOut])
        _ = try #require(try await waitUntil(loop) { pool.isUp })
        try await expect(100_000) {
          try await pool.query("SELECT repeat('x', 100000)").cell(0, 0)?.count
        }
      }
    }
  }

  @Test func answersThatAreHeldOverlap() async throws {
    try await withProxy(choose: { _ in Mischief { $0.answerDelay = 400 } }) { loop, _, settings in
      try await LivePool.with(loop, settings, connections: 1) { pool, _ in
        let begin = loop.now
        let seen = await traffic(pool)
        #expect(seen.answers == 12)
        #expect(loop.now - begin < 4000, "twelve queries, one after the other, would take five seconds")
      }
    }
  }
}
