import Foundation
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

  /// What a container hands over as a file, line end and all.
  @Test func secretsFromFiles() throws {
    let path = "/tmp/roster-secret-\(UInt64.random(in: 0 ... .max))"
    defer { try? FileManager.default.removeItem(atPath: path) }
    func write(_ bytes: some Collection<UInt8>) throws { try Data(bytes).write(to: URL(filePath: path)) }

    try write("p:@/ 'x\r\n".utf8)
    let parts = ["POSTGRES_DB": "db", "POSTGRES_PASSWORD_FILE": path]
    #expect(try resolve(nil, parts)["password"] == "p:@/ 'x")
    #expect(try resolve(nil, ["DB_NAME": "db", "DB_PASS_FILE": path])["password"] == "p:@/ 'x")
    // Only the line's own end goes: a password may end with a blank.
    try write("secret \n".utf8)
    #expect(try resolve(nil, parts)["password"] == "secret ")
    try write("postgresql://u:p@file/db\n".utf8)
    #expect(try resolve(nil, ["DATABASE_URL_FILE": path]).redacted == "postgresql://u@file/db")
    #expect(try resolve("postgresql://argument/db", ["DATABASE_URL_FILE": path])["host"] == "argument")

    #expect(
      throws: ConnectionSettingsError(
        "POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are both set; unset one of them")
    ) { try resolve(nil, parts.merging(["POSTGRES_PASSWORD": "x"]) { $1 }) }
    for (bytes, word) in [
      ([], "empty"), ([0x0A], "empty"), ([0xFF, 0x0A], "UTF-8"),
      ([UInt8](repeating: 0x61, count: 70_000), "too long"),
    ] as [([UInt8], String)] {
      try write(bytes)
      do {
        _ = try resolve(nil, parts)
        Issue.record("\(word): it was taken")
      } catch {
        #expect("\(error)".contains(word))
        #expect("\(error)".hasPrefix("POSTGRES_PASSWORD_FILE: \(path)"))
      }
    }
    try FileManager.default.removeItem(atPath: path)
    #expect(
      throws: ConnectionSettingsError(
        "POSTGRES_PASSWORD_FILE: \(path): No such file or directory; name a file that can be read")
    ) { try resolve(nil, parts) }
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
