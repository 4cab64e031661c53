import EventLoop
import TestSupport
import Testing

@testable import Postgres

/// Many queries of one turn, some of which fail.
@Suite struct LiveGroupTests {
  private static let one = PreparedStatement("group_one", "SELECT $1::bigint")
  private static let sum = PreparedStatement("group_sum", "SELECT $1::bigint + $2::bigint")
  private static let divide = PreparedStatement("group_divide", "SELECT 1 / $1::bigint")
  private static let broken = PreparedStatement("group_broken", "SELECT nothing FROM nowhere")
  private static let insert = PreparedStatement("group_insert", "INSERT INTO t VALUES ($1)")

  enum Answer: Equatable, Sendable {
    case number(Int64?)
    case state(String?)
  }

  private static func answer(_ body: () async throws -> Rows) async -> Answer {
    do {
      let rows = try await body()
      return .number(rows.count == 1 && rows.columnCount > 0 ? rows.integer(0, 0) : nil)
    } catch {
      return .state((error as? PostgresError)?.state?.code ?? "\(error)")
    }
  }

  /// Runs `count` queries in one turn; gives the answers in order.
  private static func all(
    _ count: Int, _ query: @escaping @Sendable (Int) async throws -> Rows
  ) async -> [Answer] {
    await withTaskGroup(of: (Int, Answer).self) { group in
      for index in 0..<count { group.addTask { (index, await answer { try await query(index) }) } }
      var answers = [Answer](repeating: .number(nil), count: count)
      for await (index, answer) in group { answers[index] = answer }
      return answers
    }
  }

  @Test(arguments: [1, 2])
  func aFailingReadHarmsNobodyElse(connections: Int) async throws {
    try await LivePool.with(connections: connections) { live in
      for failing in [0, 1, 17, 49] {
        let answers = await Self.all(50) { index in
          index == failing
            ? try await live.pool.read(Self.divide, 0) : try await live.pool.read(Self.one, Int64(index))
        }
        for (index, answer) in answers.enumerated() {
          #expect(answer == (index == failing ? .state("22012") : .number(Int64(index))))
        }
      }
      #expect(live.pool.load == 0)
      #expect(live.log.losses.isEmpty)
    }
  }

  @Test func manyFailuresAmongManyReads() async throws {
    try await LivePool.with(connections: 1) { live in
      let answers = await Self.all(200) { index in
        switch index % 4 {
        case 0: try await live.pool.read(Self.divide, 0)
        case 1: try await live.pool.read(Self.broken)
        case 2: try await live.pool.read(Self.sum, Int64(index), 1)
        default: try await live.pool.query("SELECT \(Int64(index))")
        }
      }
      for (index, answer) in answers.enumerated() {
        let expected: [Answer] = [
          .state("22012"), .state("42P01"), .number(Int64(index + 1)), .number(Int64(index)),
        ]
        #expect(answer == expected[index % 4])
      }
    }
  }

  @Test func aFailingWriteHarmsNobodyElseAndKeepsNothing() async throws {
    try await LivePool.with(connections: 1) { live in
      _ = try await live.pool.query("CREATE TABLE t (a bigint UNIQUE)")
      _ = try await live.pool.write(Self.insert, [.int8(7)])
      let answers = await Self.all(30) { index in
        switch index % 3 {
        case 0: try await live.pool.write(Self.insert, [.int8(7)])
        case 1: try await live.pool.write(Self.insert, [.int8(Int64(100 + index))])
        default: try await live.pool.read(Self.one, Int64(index))
        }
      }
      for (index, answer) in answers.enumerated() {
        let expected: [Answer] = [.state("23505"), .number(nil), .number(Int64(index))]
        #expect(answer == expected[index % 3])
      }
      try await expect(11) { try await live.pool.query("SELECT count(*) FROM t").integer(0, 0) }
    }
  }

  /// A failing read behind a write must not undo the write, nor may the write be sent twice.
  @Test func readsAndWritesDoNotShareATransaction() async throws {
    try await LivePool.with(connections: 1) { live in
      _ = try await live.pool.query("CREATE TABLE t (a bigint)")
      let answers = await Self.all(300) { index in
        index % 2 == 0
          ? try await live.pool.write(Self.insert, [.int8(Int64(index))])
          : try await live.pool.read(Self.divide, 0)
      }
      for (index, answer) in answers.enumerated() {
        #expect(answer == (index % 2 == 0 ? .number(nil) : .state("22012")))
      }
      let rows = try await live.pool.query("SELECT count(*), count(DISTINCT a) FROM t")
      #expect(rows.integer(0, 0) == 150)
      #expect(rows.integer(0, 1) == 150)
    }
  }

  @Test func aStatementThatCannotBePreparedFailsEveryTime() async throws {
    try await LivePool.with(connections: 1) { live in
      for _ in 0..<3 {
        let answers = await Self.all(3) { _ in try await live.pool.read(Self.broken) }
        #expect(answers == [.state("42P01"), .state("42P01"), .state("42P01")])
      }
      _ = try await live.pool.query("CREATE TABLE nowhere (nothing bigint); ")
      try await expect(0) { try await live.pool.read(Self.broken).count }
    }
  }

  @Test func aFailureAheadOfAFirstPreparation() async throws {
    try await LivePool.with(connections: 1) { live in
      let fresh = PreparedStatement("group_fresh", "SELECT $1::bigint * 2")
      let answers = await Self.all(4) { index in
        index == 0
          ? try await live.pool.read(Self.divide, 0) : try await live.pool.read(fresh, Int64(index))
      }
      #expect(answers == [.state("22012"), .number(2), .number(4), .number(6)])
    }
  }

  @Test func anEmptyQueryIsAnAnswerToo() async throws {
    try await LivePool.with(connections: 1) { live in
      try await expect(0) { try await live.pool.query("").count }
      try await expect(0) { try await live.pool.query("-- nothing").count }
      #expect(await postgresError { try await live.pool.query("SELECT 1; SELECT 2") }?.state == "42601")
    }
  }

  /// A pipeline cannot carry a COPY; libpq would offer the same result for ever, and the loop would stand still.
  @Test(arguments: ["COPY t FROM STDIN", "COPY t TO STDOUT"])
  func aCopyInThePipelineEndsTheConnectionOnly(copy: String) async throws {
    try await LivePool.with(connections: 1) { live in
      _ = try await live.pool.query("CREATE TABLE t (a bigint)")
      let error = await postgresError { try await live.pool.query(SQL(stringLiteral: copy)) }
      #expect("\(String(describing: error))".contains("COPY"))
      _ = try #require(try await waitUntil(live.loop) { live.pool.isUp })
      try await expect(5) { try await live.pool.query("SELECT 5::bigint").integer(0, 0) }
    }
  }

  @Test func aSlowStatementIsEndedByTheServer() async throws {
    try await LivePool.with(connections: 1, .with { $0.statementTimeout = 1500 }) { live in
      let error = await postgresError { try await live.pool.query("SELECT pg_sleep(600)") }
      #expect(error?.state == "57014")
      try await expect(3) { try await live.pool.read(Self.one, 3).integer(0, 0) }
      #expect(live.log.losses.isEmpty)
    }
  }

  /// Somebody at a slow statement holds up whoever is behind it, so the others take the other connection.
  @Test func aSlowConnectionIsAvoided() async throws {
    try await LivePool.with(connections: 2) { live in
      let isDone = Locked(false)
      async let slow: Void = {
        _ = try await live.pool.query("SELECT pg_sleep(4)")
        isDone.withLock { $0 = true }
      }()
      try await live.loop.sleep(milliseconds: 100)
      for _ in 0..<5 {
        let answers = await Self.all(20) { try await live.pool.read(Self.one, Int64($0)) }
        #expect(answers == (0..<20).map { .number($0) })
      }
      #expect(!isDone.withLock { $0 }, "nobody waited for the slow one")
      try await slow
    }
  }

  @Test func bigAnswersAndManyOfThem() async throws {
    try await LivePool.with { live in
      let answers = await Self.all(40) { index in
        let rows = try await live.pool.query(
          "SELECT i, repeat('x', 1000) FROM generate_series(1, \(2000 + index)) i")
        #expect(rows.count == 2000 + index)
        #expect(rows.cell(rows.count - 1, 1)?.count == 1000)
        return try await live.pool.read(Self.one, Int64(index))
      }
      #expect(answers == (0..<40).map { .number($0) })
    }
  }
}
