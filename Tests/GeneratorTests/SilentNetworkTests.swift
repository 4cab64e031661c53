import EventLoop
import Postgres
import Schema
import TestSupport
import Testing

@testable import Generator

/// A network that lets nothing through in the middle of a load, not even a reset.
@Suite(.enabled(if: PacketFilter.isAllowed, "\(PacketFilter.orElse)")) struct SilentNetworkTests {
  /// The load notices by itself, waits until PostgreSQL has let go of what its lost sessions held, however often it
  /// has to ask, and goes on.
  @Test func theLoadGoesOn() async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        let host = database.settings.hosts[0]
        let socket = "\(host.name)/.s.PGSQL.\(host.port)"
        try await ChaosProxy.with(to: .unix(socket)) { proxy in
          var settings = database.settings
          for (keyword, value) in [
            ("host", "127.0.0.1"), ("port", "\(proxy.port)"), ("keepalives_idle", "1"),
            ("keepalives_interval", "1"), ("keepalives_count", "1"), ("tcp_user_timeout", "1000"),
          ] {
            settings = try settings.with(keyword, value)
          }
          let run = DatabaseRun(
            settings: try GeneratorSettings(
              try GeneratorOptions.program.parse(["--rows", "24000", "--jobs", "2"]), cores: 2),
            database: settings, patience: LoadPatience(outage: 60_000, lock: 50), rowsInChunk: 3000)
          try await silence(run, database, proxy, on: loop)
          let rows = try await number("SELECT count(*) FROM customers", database, loop)
          #expect(rows == 24_000)
          let open = try await number("SELECT count(*) FROM loads WHERE finished_at IS NULL", database, loop)
          #expect(open == 0)
        }
      }
    }
  }

  private func silence(
    _ run: DatabaseRun, _ database: TestDatabase, _ proxy: ChaosProxy, on loop: Loop
  ) async throws {
    try await Migrator(loop, database.settings).prepare()
    let gate = LoadGate(loop: loop, settings: database.settings)
    try await gate.close(at: [7000, 10_000])
    let load = Task(executorPreference: loop) { try await runLoad(run, on: loop) }
    try await gate.waitForArrivals(2)
    let before = proxy.count.connections
    try await proxy.vanishAll()
    try await gate.open()
    // It asks for the lock that its lost session holds, and again. Then the other end has noticed, too.
    try await loop.eventually("the load to come back twice") { proxy.count.connections >= before + 2 }
    try await database.session(loop) {
      _ = try await $0.query(
        """
        SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' AND granted AND pg_stat_activity.datname = current_database()
        """)
    }
    try await load.value
  }
}
