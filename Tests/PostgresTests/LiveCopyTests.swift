import Bytes
import EventLoop
import TestSupport
import Testing

@testable import Postgres

/// COPY into a table: back-pressure, and every way in which it ends badly.
@Suite struct LiveCopyTests {
  private struct GaveUp: Error {}

  private func withTable(
    _ columns: String = "a bigint, b text",
    _ body: @escaping @Sendable (Loop, PostgresSession, TestDatabase) async throws -> Void
  ) async throws {
    try await onLoop { loop in
      try await TestDatabase.with(loop) { database in
        try await database.session(loop) { session in
          try await session.run(script: "CREATE TABLE t (\(columns))")
          try await body(loop, session, database)
        }
      }
    }
  }

  /// So many lines of the text format, from `first` on, each with `width` letters behind its number.
  private static func lines(_ count: Int, from first: Int = 0, width: Int = 10) -> [UInt8] {
    let tail = Array("\t\(String(repeating: "x", count: width))\n".utf8)
    var bytes: [UInt8] = []
    for index in 0..<count { bytes += Array(String(first + index).utf8) + tail }
    return bytes
  }

  private static func write(_ bytes: [UInt8], _ writer: inout CopyWriter) async throws {
    // A copy outside of Swift's arrays: the pointer must hold over suspensions.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { buffer.deallocate() }
    buffer.copyBytes(from: bytes)
    try await writer.write(UnsafeRawBufferPointer(buffer))
  }

  private func count(_ session: PostgresSession) async throws -> Int64? {
    try await session.query("SELECT count(*) FROM t").integer(0, 0)
  }

  @Test func whatIsWrittenArrives() async throws {
    try await withTable { _, session, _ in
      let copied = try await session.copyIn("COPY t FROM STDIN") { writer in
        for piece in 0..<10 { try await Self.write(Self.lines(100, from: piece * 100), &writer) }
        #expect(writer.byteCount == Self.lines(1000).count)
      }
      #expect(copied == 1000)
      let rows = try await session.query("SELECT count(*), sum(a)::bigint, min(length(b))::bigint FROM t")
      #expect(rows.integer(0, 0) == 1000)
      #expect(rows.integer(0, 1) == 499_500)
      #expect(rows.integer(0, 2) == 10)
    }
  }

  @Test func nothingAndSplitLinesAreFine() async throws {
    try await withTable { _, session, _ in
      let none = try await session.copyIn("COPY t FROM STDIN") { _ in }
      #expect(none == 0)
      let empty = try await session.copyIn("COPY t FROM STDIN") { try await Self.write([], &$0) }
      #expect(empty == 0)
      let bytes = Self.lines(20)
      let split = try await session.copyIn("COPY t FROM STDIN") { writer in
        for byte in bytes { try await Self.write([byte], &writer) }
      }
      #expect(split == 20)
    }
  }

  @Test func fiftyMegabytes() async throws {
    try await withTable { loop, session, _ in
      loop.resetLongestTurn()
      let block = Self.lines(5000, width: 1000)
      let copied = try await session.copyIn("COPY t FROM STDIN") { writer in
        for _ in 0..<10 { try await Self.write(block, &writer) }
      }
      #expect(copied == 50_000)
    }
  }

  /// Two loads share a loop: neither waits for the end of the other, and timers get their turn.
  @Test func twoCopiesAtOnce() async throws {
    try await withTable { loop, session, database in
      let block = Self.lines(1000, width: 1000)
      let order = Order()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for name in ["a", "b"] {
          group.addTask {
            try await database.session(loop) { session in
              let copied = try await session.copyIn("COPY t FROM STDIN") { writer in
                // Who connects first is chance; from here on both are under way.
                order.begun += 1
                while order.begun < 2 { try await loop.sleep(milliseconds: 1) }
                for _ in 0..<20 {
                  try await Self.write(block, &writer)
                  order.add(name)
                }
              }
              #expect(copied == 20_000)
            }
          }
        }
        group.addTask {
          while order.begun < 2 { try await loop.sleep(milliseconds: 1) }
          for _ in 0..<5 {
            try await loop.sleep(milliseconds: 1)
            order.add("timer")
          }
        }
        try await group.waitForAll()
      }
      try await expect(40_000) { try await count(session) }
      let names = order.names
      #expect(names.firstIndex(of: "b").map { $0 < 15 } == true, "\(names)")
      #expect(names.firstIndex(of: "timer").map { $0 < 15 } == true, "\(names)")
    }
  }

  /// The table refuses the first row, and the writer learns it long before its data ends.
  @Test func anEarlyErrorStopsTheSending() async throws {
    try await withTable("a bigint CONSTRAINT positive CHECK (a >= 0), b text") { loop, session, _ in
      let block = Self.lines(10, width: 1000)
      let written = Order()
      let error = await postgresError {
        try await session.copyIn("COPY t FROM STDIN") { writer in
          try await Self.write(Array("-1\tbad\n".utf8), &writer)
          for _ in 0..<5000 {
            try await Self.write(block, &writer)
            written.add("block")
            try await loop.sleep(milliseconds: 2)
          }
        }
      }
      #expect(error?.state == "23514")
      guard case .server(let message) = error else { return }
      #expect(message.constraint == "positive")
      #expect(message.context?.contains("COPY t, line 1") == true)
      #expect(written.names.count < 4000, "all of it was sent")
      try await expect(0) { try await count(session) }
      let copied = try await session.copyIn("COPY t FROM STDIN") { try await Self.write(block, &$0) }
      #expect(copied == 10)
    }
  }

  @Test func anErrorAtTheEndIsThrown() async throws {
    try await withTable("a bigint PRIMARY KEY, b text") { _, session, _ in
      let error = await postgresError {
        try await session.copyIn("COPY t FROM STDIN") { writer in
          try await Self.write(Array("1\ta\n2\tb\n1\tc\n".utf8), &writer)
        }
      }
      #expect(error?.state == "23505")
      try await expect(0) { try await count(session) }
    }
  }

  /// A body that swallows the error of a write must not make it a success.
  @Test func aSwallowedErrorIsThrownAllTheSame() async throws {
    try await withTable("a bigint PRIMARY KEY, b text") { loop, session, _ in
      let error = await postgresError {
        try await session.copyIn("COPY t FROM STDIN") { writer in
          try await Self.write(Array("1\ta\n1\tb\n".utf8), &writer)
          for _ in 0..<100 {
            try await loop.sleep(milliseconds: 5)
            try? await Self.write(Array("2\ta\n".utf8), &writer)
          }
        }
      }
      #expect(error?.state == "23505")
      try await expect(0) { try await count(session) }
    }
  }

  /// Notices in the middle of a COPY are no error.
  @Test func noticesDoNotDisturb() async throws {
    try await withTable { loop, session, _ in
      try await session.run(
        script: """
          CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE NOTICE 'row % %', NEW.a, repeat('z', 1000); RETURN NEW; END $$;
          CREATE TRIGGER tell BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tell();
          """)
      let copied = try await session.copyIn("COPY t FROM STDIN") { writer in
        for index in 0..<100 {
          try await Self.write(Self.lines(20, from: index * 20, width: 500), &writer)
          if index % 10 == 0 { try await loop.sleep(milliseconds: 10) }
        }
      }
      #expect(copied == 2000)
      #expect(session.handle.notices.count == 2000)
    }
  }

  @Test func aBodyThatThrowsKeepsNothing() async throws {
    try await withTable { _, session, _ in
      for blocks in [0, 1, 30] {
        await #expect(throws: GaveUp.self) {
          _ = try await session.copyIn("COPY t FROM STDIN") { writer in
            for _ in 0..<blocks { try await Self.write(Self.lines(100, width: 1000), &writer) }
            throw GaveUp()
          }
        }
        try await expect(0) { try await count(session) }
      }
    }
  }

  @Test func aCanceledCopyKeepsNothing() async throws {
    try await withTable { loop, watcher, database in
      let session = try await PostgresSession.connect(loop, database.settings)
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          await #expect(throws: CancellationError.self) {
            _ = try await session.copyIn("COPY t FROM STDIN") { writer in
              while true {
                try Task.checkCancellation()
                try await Self.write(Self.lines(1000, width: 1000), &writer)
              }
            }
          }
        }
        group.addTask { try? await loop.sleep(milliseconds: 100) }
        await group.next()
        group.cancelAll()
      }
      #expect(session.isClosed)
      _ = try #require(
        try await waitUntil(loop) {
          try await watcher.query("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            .integer(0, 0) == 1
        })
      try await expect(0) { try await count(watcher) }
    }
  }

  @Test func whatIsNoCopyInIsRefused() async throws {
    try await withTable { loop, session, database in
      let missing = await postgresError { try await session.copyIn("COPY nowhere FROM STDIN") { _ in } }
      #expect(missing?.state == "42P01")
      let query = await postgresError { try await session.copyIn("SELECT 1") { _ in } }
      #expect(query == .unexpected("not a COPY FROM STDIN"))
      try await expect(0) { try await count(session) }
      let other = try await PostgresSession.connect(loop, database.settings)
      let out = await postgresError { try await other.copyIn("COPY t TO STDOUT") { _ in } }
      #expect(out == .unexpected("not a COPY FROM STDIN"))
      #expect(other.isClosed)
    }
  }

  /// The server stands still: the writer waits, libpq's buffer does not grow, and all goes on afterwards.
  @Test func aFrozenServerHoldsTheWriter() async throws {
    try await onLoop { loop in
      try await PrivateCluster.with(loop) { cluster in
        let session = try await PostgresSession.connect(loop, cluster.settings)
        defer { session.close() }
        try await session.run(script: "CREATE TABLE t (a bigint, b text)")
        let block = Self.lines(1000, width: 1000)
        let written = Order()
        async let copied = session.copyIn("COPY t FROM STDIN") { writer in
          for _ in 0..<30 {
            try await Self.write(block, &writer)
            written.add("block")
            if written.names.count == 3 { cluster.freeze() }
          }
        }
        _ = try #require(try await waitUntil(loop) { written.names.count >= 3 })
        try await loop.sleep(milliseconds: 400)
        let held = written.names.count
        #expect(held < 8, "\(held) MB cannot be in the socket")
        try await loop.sleep(milliseconds: 200)
        #expect(written.names.count == held)
        cluster.thaw()
        #expect(try await copied == 30_000)
      }
    }
  }

  /// The server takes all that waits in the moment in which the writer looks whether the COPY is over: that is not said
  /// again, and the writer goes on all the same.
  @Test func roomThatComesWhileTheWriterLooksAwayIsSeen() async throws {
    try await onLoop { loop in
      try await PrivateCluster.with(loop) { cluster in
        let session = try await PostgresSession.connect(loop, cluster.settings)
        defer { session.close() }
        try await session.run(script: "CREATE TABLE t (a bigint, b text)")
        let seen = Order()
        async let copied = session.copyIn("COPY t FROM STDIN") { writer in
          cluster.freeze()
          seen.add("begun")
          for block in 0..<2 {
            try await Self.write(Self.lines(300, from: block * 300, width: 1000), &writer)
          }
          seen.add("written")
        }
        try await loop.eventually("a COPY that waits") { seen.names == ["begun"] && session.waiter != nil }
        // The first half of a notice, and its rest while the writer waits for that.
        session.handle.onInput()
        try await loop.sleep(milliseconds: 5)
        try #require(session.waiter == nil)
        session.copy?.isSuspect = false
        cluster.thaw()
        try await loop.eventually("the rest of the rows") { seen.names.last == "written" }
        #expect(try await copied == 600)
      }
    }
  }

  @Test(arguments: [false, true])
  func aConnectionThatIsCutInACopyIsThrown(resets: Bool) async throws {
    try await onLoop { loop in
      try await PrivateCluster.with(loop) { cluster in
        let watcher = try await PostgresSession.connect(loop, cluster.settings)
        defer { watcher.close() }
        try await watcher.run(script: "CREATE TABLE t (a bigint, b text)")
        let upstream = ChaosProxy.Endpoint.unix("\(cluster.socketFolder)/.s.PGSQL.5432")
        for cut in [500, 1001, 70_001, 3_000_003] {
          try await ChaosProxy.with(
            to: upstream,
            choose: { _ in
              Mischief {
                $0.cutAfterClientBytes = cut
                $0.resets = resets
              }
            }
          ) { proxy in
            let url = "postgresql://postgres@127.0.0.1:\(proxy.port)/postgres?sslmode=disable"
            let settings = try ConnectionSettings(connectionString: url)
            let error = await postgresError {
              let session = try await PostgresSession.connect(loop, settings)
              defer { session.close() }
              return try await session.copyIn("COPY t FROM STDIN") { writer in
                for _ in 0..<5 { try await Self.write(Self.lines(1000, width: 1000), &writer) }
              }
            }
            guard case .connectionLost = error else {
              Issue.record("cut at \(cut): \(String(describing: error))")
              return
            }
          }
          try await expect(0) { try await count(watcher) }
        }
      }
    }
  }

  @Test func aBackendThatIsEndedInACopyIsThrown() async throws {
    try await withTable { loop, watcher, database in
      let session = try await PostgresSession.connect(loop, database.settings)
      let process = session.backendProcess
      async let error = postgresError {
        try await session.copyIn("COPY t FROM STDIN") { writer in
          while true {
            try await Self.write(Self.lines(100, width: 1000), &writer)
            try await loop.sleep(milliseconds: 1)
          }
        }
      }
      try await loop.sleep(milliseconds: 50)
      _ = try await watcher.query("SELECT pg_terminate_backend(\(process))")
      // Whether the server's words or the broken pipe come first is a race that nobody here decides.
      guard case .connectionLost(let reason) = await error else {
        Issue.record("\(String(describing: await error))")
        return
      }
      #expect(!reason.isEmpty)
      try await expect(0) { try await count(watcher) }
    }
  }
}

/// What happened, in order.
/// SAFETY: `@unchecked Sendable` since it is touched on one loop alone.
private final class Order: @unchecked Sendable {
  private(set) var names: [String] = []
  var begun = 0
  func add(_ name: String) { names.append(name) }
}
