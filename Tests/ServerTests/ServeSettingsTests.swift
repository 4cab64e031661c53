import Options
import Postgres
import Testing

@testable import Server

/// What `serve` makes of its options together.
@Suite struct ServeSettingsTests {
  private func settings(_ options: String...) throws -> ServeSettings {
    let parsed = try ServerOptions.program.parse(
      ["postgresql://nowhere/none", "serve", "--api-keys", "k"] + options)
    return try ServeSettings(
      parsed, database: .resolve(argument: "postgresql://nowhere/none", environment: { _ in nil }))
  }

  /// All loops together hold no more than the page budget says.
  @Test(arguments: [("1MiB", 1), ("1MiB", 16), ("16MiB", 7), ("32MiB", 256)])
  func thePageBudgetIsDivided(_ budget: String, _ loops: Int) throws {
    let settings = try settings("--page-budget", budget, "--loops", "\(loops)")
    let whole = (Int(budget.dropLast(3)) ?? 0) << 20
    #expect(settings.http.unreadBytes * loops <= whole)
    #expect(settings.http.unreadBytes * loops > whole - loops)
  }

  @Test func aPageBudgetThatIsTooSmallForItsLoopsIsRefused() throws {
    let error = #expect(throws: UsageError.self) {
      try settings("--page-budget", "1MiB", "--loops", "64")
    }
    #expect(
      error?.description
        == "--page-budget: it is divided among 64 loops; give it at least 4096KiB, or set fewer --loops")
    _ = try settings("--page-budget", "4096KiB", "--loops", "64")
  }

  /// As many loops as can be asked for have a share of what is there by default.
  @Test func theDefaultsAreNeverRefused() throws {
    _ = try settings("--loops", "256")
  }
}
