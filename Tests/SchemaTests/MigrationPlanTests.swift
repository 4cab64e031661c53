import Schema
import Testing

/// Transcripts: what is known and what is applied go in, steps or an error come out.
@Suite struct MigrationPlanTests {
  private static let all = (1...4).map {
    Migration($0, "m\($0)", up: "up \($0)", down: $0 == 3 ? " -- nothing\n\n" : "down \($0)")
  }

  /// A plan of a program that knows the first `known` migrations, for a database with these applied.
  private func plan(_ known: Int, applied versions: [Int], changed: Int? = nil) -> MigrationPlan {
    let applied = versions.map { version in
      AppliedMigration(
        version: version, name: "m\(version)",
        checksum: version == changed || version > 4 ? "other" : Self.all[version - 1].checksum,
        appliedAt: "2024-01-01 00:00:00")
    }
    return MigrationPlan(known: Array(Self.all.prefix(known)), applied: applied)
  }

  private func steps(_ plan: MigrationPlan, _ command: MigrationCommand) -> String {
    do throws(SchemaError) {
      return try plan.steps(for: command).map { step in
        switch step {
        case .apply(let migration): "+\(migration.version)"
        case .revert(let migration): "-\(migration.version)"
        }
      }.joined(separator: " ")
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    (0, [], "", "nothing to take back"), (2, [], "+1 +2", "nothing to take back"),
    (2, [1], "+2", "-1"), (2, [1, 2], "", "-2"), (2, [2, 1], "", "-2"), (4, [1, 2], "+3 +4", "-2"),
    (4, [1, 2, 3], "+4", "0003 m3 has no way back"),
  ])
  func upAndDown(known: Int, applied: [Int], up: String, down: String) {
    #expect(steps(plan(known, applied: applied), .up) == up)
    #expect(steps(plan(known, applied: applied), .down).hasSuffix(down))
  }

  @Test func redoTakesTheLastOneTwice() {
    #expect(steps(plan(4, applied: [1, 2]), .redo) == "-2 +2")
    #expect(steps(plan(4, applied: []), .redo).hasSuffix("nothing to take back"))
    #expect(steps(plan(4, applied: [1, 2, 3]), .redo).hasSuffix("has no way back"))
  }

  @Test func states() {
    #expect(plan(2, applied: []).state == .empty)
    #expect(plan(2, applied: [1, 2]).state == .current)
    #expect(plan(3, applied: [1]).state == .behind([Self.all[1], Self.all[2]]))
    #expect(plan(2, applied: [1, 2, 3]).state == .ahead(.ahead(database: 3, program: 2)))
    #expect(plan(2, applied: [1, 2, 7]).state == .ahead(.ahead(database: 7, program: 2)))
    #expect(plan(3, applied: [1, 3]).state == .broken(.gap(Self.all[1])))
    #expect(plan(3, applied: [1, 2], changed: 1).state == .broken(.changed(Self.all[0])))
    // Changed beats ahead: it is the same program's own migration that differs.
    #expect(plan(2, applied: [1, 2, 3], changed: 2).state == .broken(.changed(Self.all[1])))
  }

  @Test func versionZeroIsNobodys() {
    let stray = AppliedMigration(version: 0, name: "stray", checksum: "", appliedAt: "")
    #expect(MigrationPlan(known: Self.all, applied: [stray]).state == .broken(.unknown(stray)))
  }

  /// A schema that does not fit is left alone, whatever is asked for.
  @Test(arguments: [MigrationCommand.up, .down, .redo])
  func nothingIsDoneToWhatDoesNotFit(command: MigrationCommand) {
    for broken in [
      plan(2, applied: [1, 2, 3]), plan(3, applied: [1, 3]), plan(3, applied: [1, 2], changed: 2),
    ] {
      #expect(throws: SchemaError.self) { try broken.steps(for: command) }
    }
  }

  @Test func obstaclesSayWhatMendsThem() {
    #expect(plan(2, applied: [1, 2]).obstacle == nil)
    #expect(plan(2, applied: [1]).obstacle == .behind(database: 1, program: 2))
    #expect(plan(2, applied: []).obstacle == .behind(database: 0, program: 2))
    #expect(
      "\(SchemaError.behind(database: 1, program: 2))"
        == "the database's schema is at version 1 and this program needs 2; "
        + "run `server <connection_url> migrate up`")
    #expect("\(SchemaError.ahead(database: 3, program: 2))".contains("use the newer program"))
  }

  @Test func statusLines() {
    #expect(
      plan(3, applied: [1, 2], changed: 2).lines == [
        "0001 m1: applied 2024-01-01 00:00:00",
        "0002 m2: applied 2024-01-01 00:00:00, and CHANGED since",
        "0003 m3: pending",
      ])
    #expect(plan(1, applied: [1, 12]).lines.last == "0012 m12: applied 2024-01-01 00:00:00, UNKNOWN here")
  }
}
