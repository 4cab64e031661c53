import Bytes
import EventLoop
import Foundation
import HTTP
import Postgres
import Schema
import TestSupport
import Testing

@testable import Server

/// The routes of registered customers and favorites on a loop of their own, with a socket in front and a real
/// PostgreSQL behind.
///
/// SAFETY: `@unchecked Sendable` since it is used on its loop alone.
final class LiveAPI: @unchecked Sendable {
  let loop: Loop
  let lanes: DatabaseLanes
  /// A session of the test's own.
  let session: PostgresSession
  let database: TestDatabase
  private let server: HTTPServer
  private let address: SocketAddress

  private init(
    _ loop: Loop, _ lanes: DatabaseLanes, _ session: PostgresSession, _ database: TestDatabase,
    _ server: HTTPServer
  ) async throws {
    self.loop = loop
    self.lanes = lanes
    self.session = session
    self.database = database
    self.server = server
    let any = try #require(try await loop.resolve(host: "127.0.0.1", port: 0).first)
    address = try server.listen(on: any)
  }

  private static let turnstile = Turnstile(width: 3)

  /// Runs `body` with a migrated database and a server.
  static func with(
    writeConnections: Int = 4, _ body: @escaping @Sendable (LiveAPI) async throws -> Void
  ) async throws {
    try await with { loop, database, session in
      try await run(loop, database, session, database.settings, writeConnections, body)
    }
  }

  /// The same with a proxy between the server and PostgreSQL.
  static func withProxy(
    writeConnections: Int = 1, _ body: @escaping @Sendable (LiveAPI, ChaosProxy) async throws -> Void
  ) async throws {
    try await with { loop, database, session in
      let host = try #require(database.settings.hosts.first)
      let upstream: ChaosProxy.Endpoint =
        host.isLocalSocket ? .unix("\(host.name)/.s.PGSQL.\(host.port)") : .tcp(host.port)
      try await ChaosProxy.with(to: upstream) { proxy in
        let settings = try database.settings.with("host", "127.0.0.1").with("port", "\(proxy.port)")
          .with("sslmode", "disable")
        try await run(loop, database, session, settings, writeConnections) { try await body($0, proxy) }
      }
    }
  }

  private static func with(
    _ body: @escaping @Sendable (Loop, TestDatabase, PostgresSession) async throws -> Void
  ) async throws {
    try await turnstile.pass {
      try await onLoop { loop in
        try await TestDatabase.with(loop) { database in
          try await Migrator(loop, database.settings).prepare()
          try await database.session(loop) { session in
            try await body(loop, database, session)
          }
        }
      }
    }
  }

  private static func run(
    _ loop: Loop, _ database: TestDatabase, _ session: PostgresSession, _ settings: ConnectionSettings,
    _ writeConnections: Int, _ body: (LiveAPI) async throws -> Void
  ) async throws {
    func pool(_ connections: Int) -> PostgresPool {
      var limits = PostgresPool.Limits()
      limits.connections = connections
      return PostgresPool(loop, settings, limits)
    }
    let lanes = DatabaseLanes(
      reads: pool(2), writes: DatabaseLane(pool(writeConnections)), slow: DatabaseLane(pool(1)))
    await lanes.start()
    var quick = ServerSettings()
    quick.drainGrace = 0
    let routes =
      RegisteredCustomerRoutes(customers: RegisteredCustomers(lanes, counting: CountMemory())).routes
      + FavoriteRoutes(favorites: Favorites(lanes, counting: CountMemory())).routes
    var hooks = ServerHooks()
    hooks.explain = { error, _ in ErrorMapping.problem(for: error) }
    let server = HTTPServer(loop, router: Router(routes), settings: quick, hooks: hooks)
    let api = try await LiveAPI(loop, lanes, session, database, server)
    let result: Result<Void, any Error>
    do {
      try await body(api)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    await server.drain(within: 2000)
    await lanes.close()
    try result.get()
  }

  /// A connection of a client's own.
  func connect() async throws -> APIClient { APIClient(try await TCPStream.connect(loop, to: address)) }

  /// One request on a connection of its own.
  func ask(
    _ method: String, _ target: String, _ body: String? = nil, _ fields: [String] = [],
    type: String = "application/json"
  ) async throws -> APIAnswer {
    try await ask(method, target, bytes: body.map { Array($0.utf8) }, fields, type: type)
  }

  func ask(
    _ method: String, _ target: String, bytes: [UInt8]?, _ fields: [String] = [],
    type: String = "application/json"
  ) async throws -> APIAnswer {
    let client = try await connect()
    defer { client.close() }
    return try await client.ask(method, target, bytes: bytes, fields, type: type)
  }

  /// The first number of the first row.
  func number(_ sql: SQL) async throws -> Int64? { try await session.query(sql).integer(0, 0) }
}

/// An answer of the API.
struct APIAnswer: Sendable {
  var status = 0
  var fields: [String: String] = [:]
  var text = ""

  /// A member of the JSON object that the body is.
  subscript(name: String) -> Any? { object[name] }
  var object: [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
  }
  var id: Int64? { (self["id"] as? NSNumber)?.int64Value }
  var items: [[String: Any]] { self["items"] as? [[String: Any]] ?? [] }
  var ids: [Int64] { items.compactMap { ($0["id"] as? NSNumber)?.int64Value } }
  var count: Int64? { (self["count"] as? NSNumber)?.int64Value }
  /// The names of the fields that a problem names.
  var faults: [String] { (self["errors"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String } }
}

/// A client of one connection.
///
/// SAFETY: `@unchecked Sendable` since it is used on its loop alone.
final class APIClient: @unchecked Sendable {
  private let stream: TCPStream
  private var received: [UInt8] = []

  init(_ stream: TCPStream) { self.stream = stream }

  func close() { stream.close() }

  func ask(
    _ method: String, _ target: String, bytes: [UInt8]?, _ fields: [String] = [],
    type: String = "application/json"
  ) async throws -> APIAnswer {
    var lines = ["\(method) \(target) HTTP/1.1", "Host: a"] + fields
    if let bytes { lines += ["Content-Type: \(type)", "Content-Length: \(bytes.count)"] }
    let head = lines.joined(separator: "\r\n") + "\r\n\r\n"
    (Array(head.utf8) + (bytes ?? [])).withUnsafeBytes { stream.write($0) }
    return try await answer(hasBody: method != "HEAD")
  }

  private func answer(hasBody: Bool) async throws -> APIAnswer {
    let mark = Array("\r\n\r\n".utf8)
    var end = received.firstRange(of: mark)
    while end == nil {
      try await readMore()
      end = received.firstRange(of: mark)
    }
    let length = end?.upperBound ?? 0
    let lines = String(decoding: received[..<length], as: UTF8.self).split(whereSeparator: \.isNewline)
    received.removeFirst(length)
    var answer = APIAnswer()
    answer.status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      answer.fields[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].dropFirst()) : ""
    }
    guard hasBody, answer.status != 304 else { return answer }
    let count = answer.fields["content-length"].flatMap { Int($0) } ?? 0
    while received.count < count { try await readMore() }
    answer.text = String(decoding: received.prefix(count), as: UTF8.self)
    received.removeFirst(count)
    return answer
  }

  private func readMore() async throws {
    try await stream.readMore()
    stream.inbound.withBytes { received.append(contentsOf: $0) }
    stream.inbound.removeAll()
  }
}
