import Options

/// The options of the import out of SQL Server.
enum ImportOptions {
  static let database = Option.text(
    "mssql-db", env: "MSSQL_DB", shownDefault: "the user's own", placeholder: "NAME",
    help: "SQL Server's database with the registered users")
  static let user = Option.text(
    "mssql-user", env: "MSSQL_USER", shownDefault: "none", placeholder: "NAME", help: "who logs in there")
  static let password = Option.secret(
    "mssql-password", env: "MSSQL_PASSWORD", placeholder: "TEXT", help: "with this password")
  static let passwordFile = Option.text(
    "mssql-password-file", env: "MSSQL_PASSWORD_FILE", shownDefault: "none", placeholder: "FILE",
    help: "the password, as the first line of a file")
  static let host = Option.text(
    "mssql-host", env: "MSSQL_HOST", shownDefault: "none, and no import", placeholder: "HOST",
    help: "where SQL Server is")
  static let port = Option.integer(
    "mssql-port", env: "MSSQL_PORT", default: 1433, in: 1...65_535, help: "its port")
  static let connection = Option.secret(
    "mssql-connection", env: "MSSQL_CONNECTION", placeholder: "STRING",
    help: "an ODBC connection string, in place of the above or beside it")
  static let query = Option.text(
    "mssql-query", env: "MSSQL_QUERY",
    default:
      "SELECT id, phone, firstname, lastname, email, birthday, gender, city_id, last_auth_at FROM customers",
    placeholder: "SQL", help: "what is asked for")
  static let columns = Option.text(
    "mssql-columns", env: "MSSQL_COLUMNS", shownDefault: "those with the fields' names",
    placeholder: "LIST", help: "FIELD=COLUMN with commas between; FIELD= leaves it out")
  static let timeout = Option.duration(
    "mssql-timeout", env: "MSSQL_TIMEOUT", default: .seconds(30), in: .milliseconds(50)...(.seconds(3600)),
    help: "for log-in, the first row, and each wait for more")
  static let repeats = Option.integer(
    "mssql-retries", env: "MSSQL_RETRIES_COUNT", default: 2, in: 0...100, help: "attempts after the first one"
  )
  static let pause = Option.duration(
    "mssql-retries-sleep", env: "MSSQL_RETRIES_SLEEP", default: .seconds(30),
    in: .milliseconds(0)...(.seconds(86_400)), help: "between two attempts")

  static let common: [any DeclaredOption] = [host, port, database, user, passwordFile]
  static let rare: [any DeclaredOption] = [password, connection, query, columns, timeout, repeats, pause]
}
