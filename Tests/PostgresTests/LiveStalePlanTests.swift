import EventLoop
import TestSupport
import Testing

@testable import Postgres

/// Plans that a migration, or a command of somebody else, has taken away from under a connection.
@Suite struct LiveStalePlanTests {
  private static let all = PreparedStatement("Stale_All", "SELECT * FROM t ORDER BY a")
  private static let some = PreparedStatement("stale_some", "SELECT a FROM t WHERE a >= $1 ORDER BY a")
  private static let add = PreparedStatement("stale_add", "INSERT INTO t (a) VALUES ($1) RETURNING *")
  private static let one = PreparedStatement("stale_one", "SELECT $1::bigint")

  private func withTable(_ body: @escaping @Sendable (LivePool) async throws -> Void) async throws {
    try await LivePool.with(connections: 1) { live in
      _ = try await live.pool.query("CREATE TABLE t (a bigint)")
      _ = try await live.pool.query("INSERT INTO t VALUES (1), (2)")
      try await body(live)
      #expect(live.log.losses.isEmpty, "no connection was given up for it")
    }
  }

  private func change(_ live: LivePool, _ script: String) async throws {
    try await live.database.session(live.loop) { try await $0.run(script: script) }
  }

  @Test func theShapeOfAnAnswerChanges() async throws {
    try await withTable { live in
      try await expect(1) { try await live.pool.read(Self.all).columnCount }
      try await expect(1) { try await live.pool.write(Self.add, [.int8(3)]).columnCount }
      for columns in 2...6 {
        try await change(live, "ALTER TABLE t ADD COLUMN c\(columns) text")
        try await expect(columns) { try await live.pool.read(Self.all).columnCount }
        try await expect(columns) { try await live.pool.write(Self.add, [.int8(3)]).columnCount }
        try await expect(1) { try await live.pool.read(Self.some, 1).columnCount }
      }
      try await expect(8, "no write was done twice") { try await live.pool.read(Self.all).count }
    }
  }

  @Test func theTypeOfAColumnChanges() async throws {
    try await withTable { live in
      try await expect(2) { try await live.pool.read(Self.some, 2).integer(0, 0) }
      try await change(live, "ALTER TABLE t ALTER a TYPE integer")
      try await expect(2) { try await live.pool.read(Self.some, 2).integer(0, 0) }
      try await expect(4) { try await live.pool.read(Self.some, 2).cell(0, 0)?.count }
    }
  }

  /// All of a turn's reads meet the stale plan at once, those of other statements between them, and groups that
  /// were sent before the first answer meet it too.
  @Test func manyAtOnceMeetTheStalePlan() async throws {
    try await withTable { live in
      for round in 0..<5 {
        _ = try await live.pool.read(Self.all)
        try await change(live, "ALTER TABLE t ADD COLUMN d\(round) text")
        try await withThrowingTaskGroup(of: Void.self) { group in
          for index in 0..<200 {
            group.addTask {
              for turn in 0..<3 {
                if index % 5 == 0 {
                  try await expect(Int64(index)) {
                    try await live.pool.read(Self.one, Int64(index)).integer(0, 0)
                  }
                } else if index % 5 == 1, turn == 0 {
                  try await expect(Int64(index)) {
                    try await live.pool.query("SELECT \(index)").integer(0, 0)
                  }
                } else {
                  try await expect(round + 2) { try await live.pool.read(Self.all).columnCount }
                }
              }
            }
          }
          try await group.waitForAll()
        }
      }
    }
  }

  @Test(arguments: ["DEALLOCATE ALL", "DISCARD ALL"])
  func somebodyForgetsAllStatements(command: String) async throws {
    try await withTable { live in
      for _ in 0..<3 {
        try await expect(2) { try await live.pool.read(Self.all).count }
        try await expect(4) { try await live.pool.read(Self.one, 4).integer(0, 0) }
        _ = try await live.pool.query(SQL(stringLiteral: command))
        try await withThrowingTaskGroup(of: Void.self) { group in
          for index in 0..<60 {
            group.addTask {
              if index % 2 == 0 {
                try await expect(2) { try await live.pool.read(Self.all).count }
              } else {
                try await expect(Int64(index)) {
                  try await live.pool.read(Self.one, Int64(index)).integer(0, 0)
                }
              }
            }
          }
          try await group.waitForAll()
        }
      }
    }
  }

  /// The commands follow each other in the pipeline, so that most queries are sent before the statements are gone.
  @Test func statementsAreForgottenInTheMiddleOfMany() async throws {
    try await withTable { live in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<300 {
          group.addTask {
            switch index % 30 {
            case 7: _ = try await live.pool.query("DEALLOCATE ALL")
            case 13: _ = try await live.pool.query("ALTER TABLE t ADD COLUMN \(raw: "e\(index)") text")
            case 19:
              #expect(await postgresError { try await live.pool.query("SELECT 1/0") }?.state == "22012")
            case 20...:
              try await expect(2) { try await live.pool.read(Self.all).count }
            default:
              try await expect(Int64(index)) {
                try await live.pool.read(Self.one, Int64(index)).integer(0, 0)
              }
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func aTableThatIsGoneAndBack() async throws {
    try await withTable { live in
      try await expect(2) { try await live.pool.read(Self.all).count }
      try await change(live, "DROP TABLE t")
      #expect(await postgresError { try await live.pool.read(Self.all) }?.state == "42P01")
      try await change(live, "CREATE TABLE t (a bigint, b text)")
      try await expect(2) { try await live.pool.read(Self.all).columnCount }
    }
  }

  /// What a pooler in transaction mode does: our name means somebody else's statement, or none.
  @Test func aNameThatIsTakenIsExplained() async throws {
    try await withTable { live in
      let taken = PreparedStatement("stale_taken", "SELECT 1")
      _ = try await live.pool.query("PREPARE stale_taken AS SELECT 2")
      let error = await postgresError { try await live.pool.read(taken) }
      #expect(error?.state == "42P05")
      #expect("\(error.map { "\($0)" } ?? "")".contains("transaction mode"))
    }
  }
}
