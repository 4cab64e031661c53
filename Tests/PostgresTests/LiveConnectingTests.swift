import EventLoop
import TestSupport
import Testing

@testable import Postgres

/// Ways in which a connection does not come about, or only on the second try.
@Suite struct LiveConnectingTests {
  private func settings(_ text: String) throws -> ConnectionSettings {
    try ConnectionSettings(connectionString: text)
  }

  private func failure(_ loop: Loop, _ settings: ConnectionSettings, timeout: UInt64 = 5000) async -> String {
    do {
      let session = try await PostgresSession.connect(loop, settings, timeout: timeout)
      session.close()
      return "connected"
    } catch PostgresError.cannotConnect(let reason) {
      return reason
    } catch {
      return "\(type(of: error)): \(error)"
    }
  }

  @Test func aWrongPasswordIsSaidAndNotShown() async throws {
    try await onLoop { loop in
      try await PrivateCluster.with(loop) { cluster in
        let admin = try await PostgresSession.connect(loop, cluster.settings)
        try await admin.run(script: "CREATE ROLE secret LOGIN PASSWORD 'open-sesame'")
        admin.close()
        let user = try cluster.settings.with("user", "secret")
        let wrong = await failure(loop, try user.with("password", "open-barley"))
        #expect(wrong.contains("password authentication failed"))
        #expect(!wrong.contains("barley"))
        #expect(await failure(loop, user).contains("no password supplied"))
        #expect(await failure(loop, try user.with("password", "open-sesame")) == "connected")
      }
    }
  }

  @Test func unknownNamesAreSaid() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        let noDatabase = await failure(loop, try database.settings.with("dbname", "nowhere"))
        #expect(noDatabase.contains("database \"nowhere\" does not exist"))
      }
      let noHost = await failure(loop, try settings("postgresql://u@no-such-host.invalid/d"))
      #expect(noHost.contains("no-such-host.invalid"))
      let noSocket = await failure(loop, try settings("postgresql://u@/d?host=/nonexistent"))
      #expect(noSocket.contains("No such file or directory"))
      let nobody = await failure(loop, try settings("postgresql://u@127.0.0.1:1/d"))
      #expect(nobody.contains("Connection refused"))
      let bad = await failure(loop, try settings("postgresql://u@127.0.0.1:1/d?sslmode=perhaps"))
      #expect(bad.contains("sslmode"))
    }
  }

  @Test func otherEncodingsAreRefused() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop, encoding: "SQL_ASCII") { database in
        #expect(await failure(loop, database.settings).contains("encoding is SQL_ASCII"))
        try await LivePool.with(loop, database.settings, connections: 1) { pool, log in
          #expect(!pool.isUp)
          let error = await postgresError { try await pool.query("SELECT 1") }
          #expect("\(String(describing: error))".contains("SQL_ASCII"))
        }
      }
    }
  }

  /// The first host refuses, the second one is a name that nobody knows, the third one takes the connection and says
  /// nothing: the fourth one gets its turn within the limit.
  @Test func theLivingHostAmongDeadOnesIsFound() async throws {
    try await onLoop { loop in
      try await PrivateCluster.with(loop) { cluster in
        try await ChaosProxy.with(
          to: .unix(cluster.socketFolder), choose: { _ in Mischief { $0.isSilent = true } }
        ) {
          silent in
          let socket = cluster.socketFolder
          let hosts = "127.0.0.1:1,no-such-host.invalid:1,127.0.0.1:\(silent.port)"
          let dead = await failure(
            loop, try settings("postgresql://postgres@\(hosts)/postgres"), timeout: 3000)
          #expect(dead.contains("no answer from 127.0.0.1:\(silent.port)"))
          let text =
            "host=127.0.0.1,no-such-host.invalid,127.0.0.1,\(socket) port=1,1,\(silent.port),5432"
            + " user=postgres dbname=postgres"
          #expect(await failure(loop, try settings(text), timeout: 6000) == "connected")
          let behind =
            "host=127.0.0.1,127.0.0.1,\(socket),127.0.0.1 port=\(silent.port),1,5432,1 user=postgres dbname=postgres"
          #expect(await failure(loop, try settings(behind), timeout: 6000) == "connected")
        }
      }
    }
  }

  /// `localhost` has two addresses on most machines, and a server may listen on one.
  @Test func allAddressesOfANameAreTried() async throws {
    try await onLoop { loop in
      try await PrivateCluster.with(loop) { cluster in
        try await ChaosProxy.with(to: .unix("\(cluster.socketFolder)/.s.PGSQL.5432")) { proxy in
          let url = "postgresql://postgres@localhost:\(proxy.port)/postgres"
          let found = try settings(url)
          #expect(await failure(loop, found) == "connected")
        }
      }
    }
  }

  @Test func aServerThatSaysNothingIsGivenUp() async throws {
    try await onLoop { loop in
      try await ChaosProxy.with(to: .tcp(1), choose: { _ in Mischief { $0.isSilent = true } }) { proxy in
        let url = try settings("postgresql://u@127.0.0.1:\(proxy.port)/d")
        loop.resetLongestTurn()
        let begin = loop.now
        let reason = await failure(loop, url, timeout: 1500)
        #expect(reason == "no answer from 127.0.0.1:\(proxy.port) within the time limit")
        #expect(loop.now - begin >= 1500)
        #expect(loop.now - begin < 6000)
        // A loop that waited for the server would have stood still all that time.
        #expect(loop.longestTurn < 1400)
      }
    }
  }

  @Test func aPoolCanBeClosedWhileItConnects() async throws {
    try await onLoop { loop in
      try await ChaosProxy.with(to: .tcp(1), choose: { _ in Mischief { $0.isSilent = true } }) { proxy in
        let url = try settings("postgresql://u@127.0.0.1:\(proxy.port)/d")
        let pool = PostgresPool(loop, url)
        async let started: Void = pool.start()
        _ = try #require(try await waitUntil(loop) { proxy.count.connections == 2 })
        let begin = loop.now
        await pool.close()
        await started
        #expect(loop.now - begin < 3000, "the limit for connecting was not waited for")
        _ = try #require(try await waitUntil(loop) { proxy.count.open == 2 })
      }
    }
  }

  @Test func aCanceledTaskStopsConnecting() async throws {
    try await onLoop { loop in
      try await ChaosProxy.with(to: .tcp(1), choose: { _ in Mischief { $0.isSilent = true } }) { proxy in
        let url = try settings("postgresql://u@127.0.0.1:\(proxy.port)/d")
        await withTaskGroup(of: Void.self) { group in
          group.addTask {
            await #expect(throws: CancellationError.self) { _ = try await PostgresSession.connect(loop, url) }
          }
          group.addTask { _ = try? await waitUntil(loop) { proxy.count.connections == 1 } }
          await group.next()
          group.cancelAll()
        }
      }
    }
  }

  /// A server that accepts everything and ends the connection at once must not be knocked at without a pause.
  @Test func aServerThatHangsUpIsNotKnockedDown() async throws {
    try await onLoop { loop in
      try await ChaosProxy.with(to: .tcp(1), choose: { _ in Mischief { $0.refuses = true } }) { proxy in
        let url = try settings("postgresql://u@127.0.0.1:\(proxy.port)/d")
        try await LivePool.with(loop, url, connections: 1) { pool, log in
          try await loop.sleep(milliseconds: 1500)
          #expect(!pool.isUp)
          #expect(proxy.count.connections >= 3)
          #expect(proxy.count.connections < 20)
        }
      }
    }
  }
}
