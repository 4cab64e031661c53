import Options
import Testing

@testable import Generator

@Suite struct GeneratorSettingsTests {
  private func settings(
    _ arguments: [String], environment: Environment = [:]
  ) throws -> GeneratorSettings {
    try GeneratorSettings(
      try GeneratorOptions.program.parse(arguments, environment: environment), cores: 3)
  }

  @Test func defaults() throws {
    let settings = try settings([])
    #expect(settings.rows == 10_000 && settings.seed == 1 && settings.jobs == 3)
    #expect(settings.onRows == .refuse && !settings.isToldToMigrate)
  }

  @Test func environmentSetsAndArgumentsWin() throws {
    let settings = try settings(
      ["--rows", "5"], environment: ["ROSTER_ROWS": "7", "ROSTER_JOBS": "9", "ROSTER_SEED": "8"])
    #expect(settings.rows == 5 && settings.jobs == 9 && settings.seed == 8)
  }

  @Test(arguments: [
    ["--append", "--replace"], ["--out", "x", "--append"], ["--out", "x", "--replace"],
    ["--out", "x", "--migrate"], ["--out", "x", "--database", "postgresql:///x"], ["--rows", "0"],
    ["--rows", "-1"], ["--jobs", "0"], ["--seed", "x"], ["stray"],
  ])
  func mistakesAreTold(arguments: [String]) {
    #expect(throws: UsageError.self) { try settings(arguments) }
  }

  /// A database in the environment does not stand in the way of a file.
  @Test func fileNeedsNoDatabase() throws {
    _ = try settings(["--out", "x"], environment: ["DATABASE_URL": "postgresql:///x"])
  }
}
