import EventLoop
import ODBC
import TestSupport
import Testing

/// Data sources that are away, silent or broken.
@Suite struct FaultTests {
  private static let table = """
    CREATE TABLE dbo.t (id INT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO dbo.t SELECT i FROM n;
    """

  /// What a whole read comes to on a server in such a mood.
  private func error(
    mood: String, patience: Int = 20, password: String = TDSServer.password,
    query: String = "SELECT id FROM dbo.t"
  ) async throws -> ODBCError? {
    let found = Locked<ODBCError?>(nil)
    try await onLoop { loop in
      try await TDSServer.with(loop, Self.table, mood: mood) { server in
        try await loop.aside {
          do {
            let connection = try ODBCConnection(
              ODBCEnvironment(), try Sources.tds(server, password: password), patience: patience)
            let statement = try ODBCStatement(connection)
            try statement.execute(query)
            while try statement.fetch() {}
          } catch let error as ODBCError {
            found.withLock { $0 = error }
          }
        }
      }
    }
    return found.withLock { $0 }
  }

  @Test func nothingIsWrongWithAGoodOne() async throws {
    #expect(try await error(mood: "well") == nil)
  }

  @Test(arguments: ["deaf", "deaf-at-query", "mute:500", "deaf:500"])
  func theDriverGivesUpASilentServerByItself(mood: String) async throws {
    #expect(try await error(mood: mood, patience: 1)?.isTimeout == true)
  }

  @Test(arguments: ["dead:0", "dead:500", "reset:0", "reset:1500", "error:1999"])
  func rowsThatAreMissingAreNeverTheEnd(mood: String) async throws {
    let error = try await error(mood: mood)
    #expect(error != nil && error?.isTimeout == false && error?.isWrongQuery == false)
  }

  @Test func aWrongPasswordIsToldWithoutIt() async throws {
    let error = try #require(try await error(mood: "well", password: "top-secret"))
    #expect(error.isRefusedLogIn && !error.isWrongQuery)
    #expect("\(error)".contains("Login failed for user 'sa'") && !"\(error)".contains("top-secret"))
  }

  @Test func aDriverThatRepeatsThePasswordIsNotRepeated() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        var string = try ODBCConnectionString("Database=hush-hush;PWD=hush-hush")
        let real = try Sources.postgres(database.settings)
        for name in ["Driver", "Server", "Port", "UID"] { try string.setDefault(name, real[name] ?? "") }
        let error = await #expect(throws: ODBCError.self) {
          try await loop.aside { [string] in
            _ = try ODBCConnection(ODBCEnvironment(), string, patience: 5)
          }
        }
        #expect(error?.message.contains("***") == true && error?.message.contains("hush") == false)
      }
    }
  }

  @Test func aWrongQueryIsTold() async throws {
    let error = try #require(try await error(mood: "well", query: "SELECT nothing FROM dbo.nowhere"))
    #expect(error.isWrongQuery && error.native == 208)
  }

  @Test func noServerAndNoDriver() throws {
    let nobody = #expect(throws: ODBCError.self) {
      _ = try ODBCConnection(ODBCEnvironment(), try Sources.tds(port: 1), patience: 5)
    }
    #expect(nobody?.isMissingDriver == false && nobody?.isTimeout == false)
    let string = try ODBCConnectionString("Driver=/nowhere/driver.so")
    let missing = #expect(throws: ODBCError.self) {
      _ = try ODBCConnection(ODBCEnvironment(), string, patience: 5)
    }
    #expect(missing?.isMissingDriver == true)
  }
}
