import Foundation

/// The small SQL Server of `Tests/Support/tds_server.py`, which says what the moods are.
struct SQLServer {
  static let password = "hush;{hush"
  let port: Int

  /// The variables that lead a server to it, without pauses.
  var environment: [String: String] {
    [
      "MSSQL_HOST": "127.0.0.1", "MSSQL_PORT": "\(port)", "MSSQL_DB": "test", "MSSQL_USER": "sa",
      "MSSQL_PASSWORD": Self.password, "MSSQL_RETRIES_SLEEP": "0", "MSSQL_TIMEOUT": "2",
      "MSSQL_QUERY": "SELECT * FROM dbo.users",
    ]
  }

  /// A table with so many registered users, all different.
  static func users(_ count: Int) -> String {
    """
    CREATE TABLE dbo.users (
      id INT, phone NVARCHAR(30), firstname NVARCHAR(200), lastname NVARCHAR(200), email NVARCHAR(320),
      birthday DATE, gender NVARCHAR(1), city_id INT, last_auth_at DATETIME2);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
    INSERT INTO dbo.users SELECT i, printf('+7902%07d', i), 'Виктор', 'Ёлкин ' || i, 'user' || i || '@example.com',
      '1980-05-17', 'M', i, '2024-01-09 08:45:19.097' FROM n;
    """
  }
}

extension Stage {
  /// Starts one with the tables that `script` makes, and waits until it listens.
  func sqlServer(_ script: String, mood: String = "well") throws -> SQLServer {
    let file = path("source-\(UInt32.random(in: 0 ... .max)).sql")
    try script.write(toFile: file, atomically: true, encoding: .utf8)
    let process = try start([
      "/usr/bin/python3", "\(TestRun.root)/Tests/Support/tds_server.py", file, "--mood", mood, "--password",
      SQLServer.password,
    ])
    let port = try wait(for: "the SQL Server to listen") { () -> Int? in
      guard process.isRunning else { throw TestFailure("the SQL Server ended: \(process.errors)") }
      return process.output.split(separator: "\n").first?.split(separator: " ").last.flatMap { Int($0) }
    }
    return SQLServer(port: port)
  }
}
