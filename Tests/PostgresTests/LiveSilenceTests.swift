import EventLoop
import Postgres
import TestSupport
import Testing

/// A network between us and PostgreSQL that lets nothing through any more, not even a reset: each end has to notice by
/// itself that the other one is gone.
@Suite(.enabled(if: PacketFilter.isAllowed, "\(PacketFilter.orElse)")) struct LiveSilenceTests {
  /// A session over TCP, and another one on the Unix socket that watches.
  private func withSession(
    _ body: @escaping @Sendable (Loop, ChaosProxy, PostgresSession, PostgresSession) async throws -> Void
  ) async throws {
    try await onLoop { loop in
      try await PrivateCluster.with(loop) { cluster in
        try await loop.aside {
          cluster.stop()
          try cluster.allowTCP()
          try cluster.start(["listen_addresses=\(cluster.address)"])
        }
        try await ChaosProxy.with(to: .address(cluster.address, port: 5432)) { proxy in
          let settings = try ConnectionSettings(
            connectionString: "postgresql://postgres@127.0.0.1:\(proxy.port)/postgres"
              + "?keepalives_idle=1&keepalives_interval=1&keepalives_count=1&tcp_user_timeout=1500")
          let session = try await PostgresSession.connect(loop, settings)
          let watcher = try await PostgresSession.connect(loop, cluster.settings)
          defer { for session in [session, watcher] { session.close() } }
          try await body(loop, proxy, session, watcher)
        }
      }
    }
  }

  @Test func whoWaitsForAnAnswerNotices() async throws {
    try await withSession { loop, proxy, session, _ in
      let answer = Task(executorPreference: loop) { _ = try await session.query("SELECT pg_sleep(600)") }
      try await loop.sleep(milliseconds: 50)
      try await proxy.vanishAll()
      let error = await #expect(throws: PostgresError.self) { try await answer.value }
      #expect(error.map { "\($0)" }?.contains("timed out") == true, "\(String(describing: error))")
    }
  }

  /// Rows are on their way, and nobody acknowledges them.
  @Test func whoSendsNotices() async throws {
    try await withSession { loop, proxy, session, _ in
      try await session.run(script: "CREATE TABLE t (a text)")
      let error = await #expect(throws: PostgresError.self) {
        _ = try await session.copyIn("COPY t FROM STDIN") { writer in
          let line = UnsafeMutableRawBufferPointer.allocate(byteCount: 100_000, alignment: 1)
          defer { line.deallocate() }
          for index in line.indices { line[index] = UInt8(ascii: index % 1000 == 999 ? "\n" : "a") }
          for round in 0..<10_000 {
            if round == 10 { try await proxy.vanishAll() }
            try await writer.write(UnsafeRawBufferPointer(line))
          }
        }
      }
      #expect(error.map { "\($0)" }?.contains("timed out") == true, "\(String(describing: error))")
    }
  }

  /// What the session of a client holds that has vanished, others get.
  @Test func theServerNotices() async throws {
    try await withSession { loop, proxy, session, watcher in
      _ = try await session.query("SELECT pg_advisory_lock(7)")
      try await proxy.vanishAll()
      try await watcher.run(script: "SET lock_timeout = '15s'")
      _ = try await watcher.query("SELECT pg_advisory_lock(7)")
    }
  }
}
