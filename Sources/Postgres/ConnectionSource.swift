extension ConnectionSettings {
  /// The database that a program is told to use: `argument` (a connection URL), else `DATABASE_URL`, else
  /// `POSTGRES_DB`, `_USER`, `_PASSWORD`, `_HOST` and `_PORT`, else `DB_NAME`, `DB_USER` and `DB_PASS` (with
  /// `DB_HOST` and `DB_PORT` if set). Variables that are empty count as unset; which database is meant is
  /// decided by the first of these that is there, not mixed from several.
  ///
  /// `DATABASE_URL`, `POSTGRES_PASSWORD` and `DB_PASS` may also be files, which `DATABASE_URL_FILE` and so on name: no
  /// secret then stands in the environment.
  ///
  /// libpq's own `PGHOST`, `PGUSER` and so on fill in what the chosen one leaves open.
  public static func resolve(
    argument: String?, environment: (String) -> String?
  ) throws(ConnectionSettingsError) -> ConnectionSettings {
    func variable(_ name: String) -> String? {
      environment(name).flatMap { $0.isEmpty ? nil : $0 }
    }
    func secret(_ name: String) throws(ConnectionSettingsError) -> String? {
      guard let path = variable("\(name)_FILE") else { return variable(name) }
      guard variable(name) == nil else {
        throw ConnectionSettingsError("\(name) and \(name)_FILE are both set; unset one of them")
      }
      do {
        return try SecretFile.read(path)
      } catch {
        throw ConnectionSettingsError("\(name)_FILE: \(error)")
      }
    }
    func parameters(_ names: [(keyword: String, variable: String)]) -> [Parameter] {
      names.compactMap { name in
        variable(name.variable).map { Parameter(keyword: name.keyword, value: $0) }
      }
    }
    // libpq would look the host up itself and block; said here, it is looked up on the thread pool.
    let ambient = parameters([("host", "PGHOST"), ("hostaddr", "PGHOSTADDR"), ("port", "PGPORT")])
    func settings(_ given: [Parameter]) throws(ConnectionSettingsError) -> ConnectionSettings {
      // A service file may name the host and the port; libpq reads it and prefers it to these variables.
      if variable("PGSERVICE") != nil || given.contains(where: { $0.keyword == "service" }) {
        return try ConnectionSettings(given)
      }
      let isPlaced = given.contains { $0.keyword == "host" || $0.keyword == "hostaddr" }
      return try ConnectionSettings(
        (isPlaced ? ambient.filter { $0.keyword == "port" } : ambient) + given)
    }

    let url = argument == nil ? try secret("DATABASE_URL") : nil
    for (name, text) in [("", argument), ("DATABASE_URL: ", url)] {
      guard let text else { continue }
      do {
        return try settings(try ConnectionSettings(connectionString: text).parameters)
      } catch {
        throw ConnectionSettingsError(name + error.description)
      }
    }
    for group in groups where variable(group.database) != nil || variable(group.user) != nil {
      let password = try secret(group.password).map { [Parameter(keyword: "password", value: $0)] } ?? []
      let given =
        parameters([
          ("dbname", group.database), ("user", group.user), ("host", group.host), ("port", group.port),
        ]) + password
      do {
        return try settings(given)
      } catch {
        throw ConnectionSettingsError("\(group.database), \(group.host), \(group.port): \(error)")
      }
    }
    throw ConnectionSettingsError(
      "no database is named; give a URL such as postgresql://user@localhost/roster, or set DATABASE_URL")
  }

  /// The variables of one way to name a database by its parts.
  private struct Group {
    let database: String
    let user: String
    let password: String
    let host: String
    let port: String
  }

  private static let groups = [
    Group(
      database: "POSTGRES_DB", user: "POSTGRES_USER", password: "POSTGRES_PASSWORD", host: "POSTGRES_HOST",
      port: "POSTGRES_PORT"),
    Group(database: "DB_NAME", user: "DB_USER", password: "DB_PASS", host: "DB_HOST", port: "DB_PORT"),
  ]
}
