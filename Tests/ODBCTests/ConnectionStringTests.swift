import EventLoop
import TestSupport
import Testing

@testable import ODBC

@Suite struct ConnectionStringTests {
  @Test(arguments: [
    ("Server=db;Port=1433", "Server=db;Port=1433;"),
    (" Server=db;; ;PWD={a;b c=};X=}y}}", "Server=db;PWD={a;b c=};X=}y}};"),
    ("PWD={a;}};UID={b}", "PWD={a;}};UID=b;"),
    ("PWD={{a}", "PWD={{a};"),
    ("uid=sa;UID=other", "uid=sa;"),
    ("PWD=;UID=sa", "PWD=;UID=sa;"),
    ("PWD={};UID=sa", "PWD=;UID=sa;"),
    ("", ""),
  ])
  func itIsReadAndWritten(text: String, again: String) throws {
    #expect(try ODBCConnectionString(text).text == again)
  }

  @Test(arguments: ["Server", "=db", "Server=db;secret", "PWD={secret", "PWD={secret;", "a{secret=1"])
  func whatIsNoneIsToldWithoutItsText(text: String) {
    let error = #expect(throws: ODBCConnectionStringError.self) { try ODBCConnectionString(text) }
    #expect(error?.description.contains("secret") == false)
  }

  @Test func noFormOfItShowsThePassword() throws {
    let string = try ODBCConnectionString(
      "Driver=/x.so;Server=db;Port=1;UID=sa;pwd=secret;Password={secret 2};AccessToken=3;KeystoreSecret=4.")
    #expect(string.description == "Server=db;Port=1")
    #expect("\(string) \(String(reflecting: string))".contains("secret") == false)
    // A longer one first: it may begin as a shorter one does.
    #expect(string.secrets == ["secret 2", "secret", "4.", "3"])
  }

  @Test func aDefaultDoesNotReplace() throws {
    var string = try ODBCConnectionString("tds_version=7.3")
    try string.setDefault("TDS_Version", "7.4")
    try string.setDefault("Server", "a=b")
    #expect(string["TDS_VERSION"] == "7.3" && string.text == "tds_version=7.3;Server=a=b;")
  }

  @Test func aValueThatNoDriverWouldReadIsRefused() throws {
    var string = ODBCConnectionString()
    #expect(throws: ODBCConnectionStringError.self) { try string.setDefault("PWD", "a;b};c") }
    #expect(string.text == "")
  }

  /// Those that a driver does read are seen as they were by a server that compares them.
  @Test(arguments: ["p}w", "}", "{", "{}", "a;b", "a b", " a", "a=b", "a;b}", "p{w=d", "п@!ж"])
  func passwordsArriveAsTheyAre(password: String) async throws {
    try await onLoop { loop in
      try await TDSServer.with(loop, "CREATE TABLE dbo.t (id INT);", password: password) { server in
        let string = try Sources.tds(server, password: password)
        #expect(try await loop.aside { try Sources.rows(string, "SELECT 1") } == [["1"]])
      }
    }
  }
}
