import Postgres
import Testing

@Suite struct ConnectionStringTests {
  private func values(_ text: String) throws -> [String: String] {
    let parameters = try ConnectionSettings(connectionString: text).parameters
    return Dictionary(uniqueKeysWithValues: parameters.map { ($0.keyword, $0.value) })
  }

  /// Hosts and ports as `name:port`, since a name may hold colons of its own.
  @Test(arguments: [
    ("postgresql://a,b:5433,c/db", "a:5432 b:5433 c:5432"),
    ("host=a,b port=6000 dbname=d", "a:6000 b:6000"),
    ("host=a,b port=6000,6001", "a:6000 b:6001"),
    ("postgresql://[2001:db8::1]:5433/db", "2001:db8::1:5433"),
    ("postgresql:///db", ":5432"),
    ("postgresql:///db?host=/run/pg&port=5433", "/run/pg:5433"),
    ("postgresql://%2Frun%2Fpg/db", "/run/pg:5432"),
    ("host=@abstract", "@abstract:5432"),
    ("host=name hostaddr=10.0.0.1", "10.0.0.1:5432"),
    ("host=a, port=1", "a:1 :1"),
    ("postgresql+psycopg2://u:p@/db?host=a:1&host=b:2", "a:1 b:2"),
    ("postgresql+psycopg2://u:p@/db?host=a&host=b", "a:5432 b:5432"),
    ("postgresql+psycopg2://u@/db?host=/run/pg", "/run/pg:5432"),
  ])
  func hosts(text: String, places: String) throws {
    let hosts = try ConnectionSettings(connectionString: text).hosts
    #expect(hosts.map { "\($0.name):\($0.port)" }.joined(separator: " ") == places)
  }

  @Test func sockets() throws {
    let isLocal = { try ConnectionSettings(connectionString: $0).hosts[0].isLocalSocket }
    #expect(try isLocal("postgresql:///db"))
    #expect(try isLocal("host=/run"))
    #expect(try isLocal("host=@run"))
    #expect(try !isLocal("host=run"))
  }

  @Test func parametersCanBeAdded() throws {
    let settings = try ConnectionSettings(connectionString: "postgresql://h/db?application_name=mine")
    #expect(settings.withDefault("application_name", "server")["application_name"] == "mine")
    #expect(settings.withDefault("options", "-c jit=off")["options"] == "-c jit=off")
  }

  @Test func theEncodingIsOurs() throws {
    #expect(try values("postgresql://h/db?client_encoding=latin1")["client_encoding"] == nil)
  }

  @Test(arguments: [
    ("mysql://u:s3cret@h/db", "begin it with postgresql://"),
    ("postgresql://u:s3cret@h:port/db", "a port is no number"),
    ("postgresql://u:s3cret@h:0/db", "a port is no number"),
    ("postgresql://u:s3cret@h:1,h:99999/db", "a port is no number"),
    ("postgresql://u:s3cret%zz@h/db", "invalid percent-encoded token"),
    ("postgresql://u:s3cret%00@h/db", "forbidden value %00"),
    ("postgresql://u:x@s3cret@h/db", "write an @ in a password as %40"),
    ("postgresql://h/db?s3cret", "missing key/value separator"),
    ("postgresql://h/db?password=a\"s3cret=x", "extra key/value separator"),
    ("postgresql://h/db?s3cret=1", "invalid URI query parameter"),
    ("postgresql://u:s3cret@[::1/db", "end of string reached"),
    ("postgresql://u:p@[::1]s3cret/db", "unexpected character"),
    ("host=h password=my s3cret", "missing"),
    ("host=h password=my s3cret=x", "invalid connection option"),
    ("host=h password='s3cret", "unterminated quoted string"),
    ("host=a,b port=1,2,3 password=s3cret", "2 hosts and 3 ports"),
    ("host=a,b hostaddr=10.0.0.1 password=s3cret", "2 hosts and 1 values of hostaddr"),
    ("s3cret", "missing"),
  ])
  func whatCannotBeReadSaysWhyAndQuotesNothing(text: String, reason: String) {
    do {
      let settings = try ConnectionSettings(connectionString: text)
      Issue.record("read as \(settings)")
    } catch {
      #expect(error.description.contains(reason), "\(error)")
      #expect(!error.description.contains("s3cret"), "\(error)")
      #expect(!error.description.contains("\n"))
    }
  }

  @Test(arguments: [
    ("postgresql://u:s3cret@h:5433/db", "postgresql://u@h:5433/db"),
    (
      "postgresql://h/db?user=u&password=s3cret&sslpassword=s3cret&options=-c%20x%3Ds3cret",
      "postgresql://u@h/db"
    ),
    ("host=a,/run,::1 dbname=d password=s3cret port=1", "postgresql://a:1,/run:1,[::1]:1/d"),
    ("postgresql://", "postgresql:///"),
  ])
  func nothingSecretIsPrinted(text: String, printed: String) throws {
    let settings = try ConnectionSettings(connectionString: text)
    #expect(settings.redacted == printed)
    #expect("\(settings)" == printed)
    #expect(String(reflecting: settings) == printed)
  }
}
