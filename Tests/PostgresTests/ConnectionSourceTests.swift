import Postgres
import Testing

@Suite struct ConnectionSourceTests {
  private func resolve(_ argument: String? = nil, _ variables: [String: String] = [:]) throws
    -> ConnectionSettings
  {
    try ConnectionSettings.resolve(argument: argument, environment: { variables[$0] })
  }

  private let everything = [
    "DATABASE_URL": "postgresql://url/db",
    "POSTGRES_DB": "pdb", "POSTGRES_USER": "pu", "POSTGRES_PASSWORD": "p%40:/?#[]@ 'x", "POSTGRES_HOST": "ph",
    "POSTGRES_PORT": "5433",
    "DB_NAME": "ddb", "DB_USER": "du", "DB_PASS": "dp",
  ]

  @Test func theOrderOfSources() throws {
    var variables = everything
    #expect(try resolve("postgresql://argument/db", variables).redacted == "postgresql://argument/db")
    #expect(try resolve(nil, variables).redacted == "postgresql://url/db")
    variables["DATABASE_URL"] = ""
    let parts = try resolve(nil, variables)
    #expect(parts.redacted == "postgresql://pu@ph:5433/pdb")
    #expect(parts["password"] == "p%40:/?#[]@ 'x")
    for name in variables.keys where name.hasPrefix("POSTGRES_") { variables[name] = nil }
    let last = try resolve(nil, variables)
    #expect(last.redacted == "postgresql://du@/ddb")
    #expect(last["password"] == "dp")
  }

  @Test func withNoneOfThemItSaysWhatToGive() {
    #expect(
      throws: ConnectionSettingsError(
        "no database is named; give a URL such as "
          + "postgresql://user@localhost/roster, or set DATABASE_URL")
    ) { try resolve() }
    // A password alone names no database, and libpq's variables alone are too little to guess from.
    #expect(throws: ConnectionSettingsError.self) {
      try resolve(nil, ["POSTGRES_PASSWORD": "x", "PGHOST": "h"])
    }
  }

  @Test func aBadVariableIsNamedAndNotQuoted() {
    for variables in [
      ["DATABASE_URL": "mysql://s3cret"], ["POSTGRES_DB": "d", "POSTGRES_PORT": "s3cret"],
      ["DB_NAME": "d", "DB_HOST": "x@s3cret"],
    ] {
      do {
        _ = try resolve(nil, variables)
        Issue.record("read \(variables)")
      } catch {
        #expect(variables.keys.contains { "\(error)".contains($0) }, "\(error)")
        #expect(!"\(error)".contains("s3cret"), "\(error)")
      }
    }
  }

  @Test func aBadArgumentIsNotPassedOver() {
    #expect(throws: ConnectionSettingsError.self) { try resolve("mysql://h/d", everything) }
  }

  @Test func libpqsVariablesFillTheGaps() throws {
    let ambient = ["PGHOST": "ambient", "PGPORT": "6000", "DATABASE_URL": ""]
    #expect(try resolve("postgresql:///db", ambient).redacted == "postgresql://ambient:6000/db")
    #expect(try resolve("postgresql://h/db", ambient).redacted == "postgresql://h:6000/db")
    #expect(try resolve("postgresql://h:1/db", ambient).redacted == "postgresql://h:1/db")
    #expect(try resolve("postgresql:///db?service=s", ambient)["host"] == nil)
    #expect(try resolve("postgresql:///db", ["PGHOST": "a", "PGSERVICE": "s"])["host"] == nil)
  }
}
