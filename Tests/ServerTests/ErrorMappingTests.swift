import Postgres
import TestSupport
import Testing

@testable import Server

/// What PostgreSQL reports, and what becomes of it.
@Suite struct ErrorMappingTests {
  /// States, and whether the same may succeed later.
  private static let states: [(state: String, passes: Bool)] = [
    ("08006", true), ("40001", true), ("40P01", true), ("53100", true), ("53300", true), ("55P03", true),
    ("57014", true), ("57P03", true), ("0A000", false), ("22012", false), ("23505", false), ("42P01", false),
    ("XX000", false),
    // Of class 25 a standby and sessions that were ended pass; the others are faults of ours.
    ("25006", true), ("25P03", true), ("25P04", true), ("25000", false), ("25001", false), ("25P01", false),
    ("25P02", false),
  ]

  /// An answer and an import say the same of an error.
  @Test func whatPassesIsToldEverywhere() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        let session = try await PostgresSession.connect(loop, database.settings)
        defer { session.close() }
        for (state, passes) in Self.states {
          let raise = "DO $$ BEGIN RAISE EXCEPTION 'told' USING ERRCODE = '\(state)'; END $$"
          let error = await #expect(throws: PostgresError.self) { try await session.run(script: raise) }
          #expect(error?.state == SQLState(state))
          guard let error else { continue }
          let status = ErrorMapping.problem(for: error).status
          #expect(status == (passes ? .serviceUnavailable : .internalServerError), "\(state)")
          #expect(ImportFailure(error).kind == (passes ? .databaseAway : .database), "\(state)")
        }
      }
    }
  }
}
