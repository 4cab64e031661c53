import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// What goes away in the middle of an import leaves nothing behind and takes nothing along.
  @Suite struct ImportFaultTests {
    private static let names = "first_name,last_name\n"
    private static let rows = String(repeating: "Ann,Bee\n", count: 20_000)
    private static let sessions =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'roster import'"

    /// A client that has sent a part of a file of a megabyte, and the server that has taken it in.
    private func begun(_ server: RunningServer, _ database: Database, onError: String? = nil) throws
      -> ClientConnection
    {
      let connection = try server.connect()
      try connection.send(
        RunningServer.importHead(1 << 20, onError: onError) + Self.names + Self.rows)
      try waitUntil("rows to wait") {
        try database.number(
          "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'roster import' AND query LIKE 'COPY%'"
        ) == 1
      }
      return connection
    }

    @Test(arguments: ["abort", "skip"])
    func aClientThatGoesHalfWayLeavesNothing(_ onError: String) throws {
      try onStage { stage in
        let database = try stage.database()
        let server = try stage.server(database, ["--loops", "1"])
        for _ in 0..<3 {
          var connection: ClientConnection? = try begun(server, database, onError: onError)
          _ = connection
          connection = nil
          try waitUntil("its session to end") { try database.number(Self.sessions) == 0 }
        }
        #expect(try database.number("SELECT count(*) FROM customers") == 0)
        let ended = server.events("file_import_ended")
        #expect(ended.map { $0["outcome"] as? String } == ["broken", "broken", "broken"])
        #expect(server.events("request_failed").isEmpty, "it is no fault of ours")
        #expect(try server.importFile(Self.names + "a,b\n").counts == [1, 1, 0])
      }
    }

    @Test func aClientThatStandsStillIsTimedOut() throws {
      try onStage { stage in
        let database = try stage.database()
        let server = try stage.server(database, ["--loops", "1", "--body-time", "300ms"])
        let connection = try begun(server, database)
        let answer = try connection.answer()
        #expect(answer.status == 408)
        #expect(answer["Connection"] == "close")
        try waitUntil("its session to end") { try database.number(Self.sessions) == 0 }
        #expect(try database.number("SELECT count(*) FROM customers") == 0)
      }
    }

    /// A slow client holds no lock, no id and no page of others.
    @Test func anImportThatRunsIsInNobodysWay() throws {
      try onStage { stage in
        let database = try stage.database(rows: 10)
        let server = try stage.server(database, ["--loops", "1", "--pg-connections", "1"])
        let connection = try begun(server, database)
        #expect(try server.ask("POST", "/customers?previous_id=0").identifiers().count == 10)
        let watermark = try server.ask("GET", "/customers/watermark")
        #expect(watermark.text.contains(#""transactions":0"#))
        try database.query(
          "SET lock_timeout = '2s'; BEGIN; LOCK TABLE customers IN ACCESS EXCLUSIVE MODE; COMMIT")
        let rest = (1 << 20) - Self.names.utf8.count - Self.rows.utf8.count
        try connection.send(
          String(repeating: "x,y\n", count: rest / 4) + String(repeating: "z", count: rest % 4))
        #expect(try ImportResult(try connection.answer()).rejected == (rest % 4 == 0 ? 0 : 1))
      }
    }

    @Test func postgreSQLThatDiesIsA503() throws {
      try onStage { stage in
        let cluster = try PrivateCluster()
        stage.finally { cluster.remove() }
        let database = try stage.database(on: cluster)
        let server = try stage.server(database, ["--loops", "1"])
        let connection = try begun(server, database)
        cluster.stop(.immediate)
        // What is sent from now on has nowhere to go.
        _ = try? connection.send(String(repeating: "Ann,Bee\n", count: 20_000))
        let answer = try connection.answer()
        #expect(answer.status == 503)
        #expect(answer["Retry-After"] == "1")
        try cluster.start()
        try waitUntil("the import to work again") {
          (try? server.importFile(Self.names + "a,b\n").counts) == [1, 1, 0]
        }
        #expect(try database.number("SELECT count(*) FROM customers") == 1)
      }
    }

    @Test func sigtermLetsAnImportFinish() throws {
      try onStage { stage in
        let database = try stage.database()
        let server = try stage.server(database, ["--loops", "1"])
        let connection = try begun(server, database)
        server.process.signal(SIGTERM)
        try wait(for: "the server to be stopping") { server.events("stopping").first }
        let rest = (1 << 20) - Self.names.utf8.count - Self.rows.utf8.count
        try connection.send(String(repeating: "\n", count: rest))
        let result = try ImportResult(try connection.answer())
        #expect(result.counts == [20_000, 20_000, 0])
        #expect(try server.process.waitForEnd(within: 10) == .exited(0))
        #expect(try database.number("SELECT count(*) FROM customers") == 20_000)
      }
    }

    @Test func sigtermTellsAnImportThatDoesNotFinish() throws {
      try onStage { stage in
        let database = try stage.database()
        let server = try stage.server(database, ["--loops", "1", "--drain-time", "1s"])
        let connection = try begun(server, database)
        server.process.signal(SIGTERM)
        let answer = try connection.answer()
        #expect(answer.status == 503)
        #expect(answer["Connection"] == "close")
        #expect(try server.process.waitForEnd(within: 10) == .exited(0))
        #expect(try database.number("SELECT count(*) FROM customers") == 0)
      }
    }

    /// Two files with the same ids at the same time: the one or the other is in, and nobody hangs.
    @Test func importsThatRaceAreOneAfterTheOther() throws {
      try onStage { stage in
        let database = try stage.database()
        let server = try stage.server(database, ["--loops", "2", "--imports", "8"])
        let file = "customer_id,first_name\n" + (1...20_000).map { "\($0),x\n" }.joined()
        let clients = try (0..<4).map { _ in try server.connect() }
        for client in clients { try client.send(RunningServer.importHead(file.utf8.count) + file) }
        let results = try clients.map { try ImportResult(try $0.answer()) }
        #expect(results.filter { $0.status == 201 }.count == 1, "\(results)")
        #expect(results.allSatisfy { [201, 409].contains($0.status) }, "\(results)")
        #expect(try database.number("SELECT count(*) FROM customers") == 20_000)
      }
    }
  }
}
