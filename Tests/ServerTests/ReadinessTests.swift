import EventLoop
import HTTP
import Postgres
import TestSupport
import Testing

@testable import Server

/// What keeps a server from being ready, and how much of it everybody may know.
@Suite struct ReadinessTests {
  @Test func aServerThatStopsIsNotReadyWhateverElseHolds() async throws {
    try await onLoop { loop in
      let settings = try ConnectionSettings(connectionString: "postgresql://localhost/none")
      let readiness = Readiness(loop, PostgresPool(loop, settings)) { _ in }
      #expect(readiness.obstacle?.hasPrefix("no connection to the database is up") == true)
      readiness.isStopping = true
      #expect(readiness.obstacle == "the server is stopping")
    }
  }

  @Test(arguments: [
    ("FATAL:  the database system is starting up", "it is starting up"),
    ("FATAL:  the database system is not yet accepting connections", "it is starting up"),
    ("FATAL:  the database system is in recovery mode", "it recovers from a crash"),
    ("FATAL:  the database system is not accepting connections", "it accepts no connections"),
    ("FATAL:  the database system is shutting down", "it is shutting down"),
    ("FATAL:  sorry, too many clients already", "it has no connection left"),
    ("FATAL:  remaining connection slots are reserved", "it has no connection left"),
    ("FATAL:  password authentication failed for user \"u\"", "it does not accept the user or the password"),
    ("FATAL:  database \"d\" does not exist", "the database or the user does not exist"),
    ("Connection refused", "nobody listens there"),
    ("ФАТАЛЬНО:  система баз данных запускается", "the log says why"), ("", "the log says why"),
  ])
  func reasonsAreGivenWithoutNames(_ words: String, _ reason: String) {
    let text = "connection to server at \"10.1.2.3\" (db.internal), port 5432 failed: \(words)"
    let given = "\(DatabaseTrouble.reason(for: .cannotConnect(text)))"
    #expect(given == reason)
    #expect(!given.contains("10.1.2.3") && !given.contains("internal"))
  }

  @Test func lossesHaveTheirReasonsToo() {
    let shutdown = "terminating connection due to administrator command"
    #expect("\(DatabaseTrouble.reason(for: .connectionLost(shutdown)))" == "it is shutting down")
    #expect("\(DatabaseTrouble.reason(for: .connectionLost("reset")))" == "the connection broke")
    #expect("\(DatabaseTrouble.reason(for: .timedOut))" == "it does not answer")
  }
}
