import Bytes
import ODBC
import Options

/// How to reach the SQL Server, what to ask it, and how patiently.
struct SourceSettings: Sendable, Equatable {
  let connection: ODBCConnectionString
  let query: String
  let mapping: SourceMapping
  /// Milliseconds for log-in, for the first row, and for each wait after that.
  let timeout: UInt64
  /// Attempts after the first one.
  let repeats: Int
  /// Milliseconds between two attempts.
  let pause: UInt64

  /// Seconds after which the driver gives up by itself: later than the loop does, so that a thread that was given up
  /// ends some time.
  var driverPatience: Int { Int(timeout / 1000) + 2 }

  /// What the options say; nil if they name no SQL Server.
  init?(_ options: ParsedOptions) throws(UsageError) {
    typealias Names = ImportOptions
    guard options[Names.connection] != nil || options[Names.host] != nil else { return nil }
    let password = try Self.password(options)
    do {
      var string = try ODBCConnectionString(options[Names.connection] ?? "")
      try string.complete(from: options, password: password)
      connection = string
    } catch {
      throw UsageError("--mssql-connection: \(error)")
    }
    query = options[Names.query]
    mapping = try options[Names.columns].map(SourceMapping.init) ?? SourceMapping()
    timeout = options[Names.timeout].milliseconds
    repeats = options[Names.repeats]
    pause = options[Names.pause].milliseconds
  }

  private static func password(_ options: ParsedOptions) throws(UsageError) -> String? {
    guard let file = options[ImportOptions.passwordFile] else { return options[ImportOptions.password] }
    guard options[ImportOptions.password] == nil else {
      throw UsageError("MSSQL_PASSWORD and MSSQL_PASSWORD_FILE are both set; unset one of them")
    }
    do {
      let text = String(decoding: try FileContents.read(file, mebibytes: 1), as: UTF8.self)
      return String(text.prefix { !$0.isNewline })
    } catch {
      throw UsageError("--mssql-password-file: \(file): \(error)")
    }
  }
}

extension ODBCConnectionString {
  /// Adds what the options say to what is there already, so that a connection string may say all or a part of it.
  fileprivate mutating func complete(
    from options: ParsedOptions, password: String?
  ) throws(ODBCConnectionStringError) {
    let isDriverGiven = self["Driver"] != nil || self["DSN"] != nil
    if !isDriverGiven { try setDefault("Driver", ODBCDriver.path(of: "libtdsodbc.so") ?? "FreeTDS") }
    let server = options[ImportOptions.host]
    if let server, self["Server"] == nil, self["Servername"] == nil {
      try setDefault("Server", server)
      try setDefault("Port", "\(options[ImportOptions.port])")
    }
    for (name, value) in [
      ("Database", options[ImportOptions.database]), ("UID", options[ImportOptions.user]),
      ("PWD", password),
    ] {
      if let value { try setDefault(name, value) }
    }
    // Without a version FreeTDS tries one after the other, and waits for each without an end.
    if !isDriverGiven || (self["Driver"] ?? "").lowercased().holds("tds") {
      try setDefault("TDS_Version", "7.4")
      try setDefault("ClientCharset", "UTF-8")
      try setDefault("APP", "roster")
    }
  }
}
