import EventLoop
import ODBC
import Postgres
import TestSupport

/// How the tests reach their data sources, without anything of the system's configuration.
enum Sources {
  /// The TDS server, through FreeTDS.
  static func tds(_ server: TDSServer, password: String = TDSServer.password) throws -> ODBCConnectionString {
    try tds(port: server.port, password: password)
  }

  static func tds(port: Int, password: String = TDSServer.password) throws -> ODBCConnectionString {
    var string = ODBCConnectionString()
    try string.setDefault("Driver", ODBCDriver.path(of: "libtdsodbc.so") ?? "FreeTDS")
    for (name, value) in [
      ("Server", "127.0.0.1"), ("Port", "\(port)"), ("Database", "test"), ("UID", "sa"), ("PWD", password),
      ("TDS_Version", "7.4"), ("ClientCharset", "UTF-8"),
    ] {
      try string.setDefault(name, value)
    }
    return string
  }

  /// A PostgreSQL, through its own driver.
  static func postgres(_ settings: ConnectionSettings) throws -> ODBCConnectionString {
    var string = ODBCConnectionString()
    try string.setDefault("Driver", ODBCDriver.path(of: "psqlodbcw.so") ?? "PostgreSQL Unicode")
    for (name, value) in [
      ("Server", settings.hosts[0].name), ("Port", "\(settings.hosts[0].port)"),
      ("Database", settings["dbname"] ?? "postgres"), ("UID", settings["user"] ?? "postgres"),
      ("PWD", settings["password"] ?? ""), ("UseDeclareFetch", "1"), ("Fetch", "1000"),
    ] where !value.isEmpty {
      try string.setDefault(name, value)
    }
    return string
  }

  /// All rows of a query, each value as a text.
  static func rows(_ string: ODBCConnectionString, _ query: String) throws -> [[String?]] {
    let connection = try ODBCConnection(ODBCEnvironment(), string, patience: 20)
    let statement = try ODBCStatement(connection)
    try statement.execute(query)
    var rows: [[String?]] = []
    while try statement.fetch() {
      rows.append(statement.columns.indices.map { statement.value($0).shown })
    }
    return rows
  }
}

extension ODBCValue {
  var shown: String? {
    switch self {
    case .null: nil
    case .integer(let number): "\(number)"
    case .timestamp(let at):
      "\(at.year)-\(at.month)-\(at.day) \(at.hour):\(at.minute):\(at.second) \(at.nanosecond)"
    case .text(let units): String(decoding: units, as: UTF16.self)
    case .tooLong: "too long"
    }
  }
}
