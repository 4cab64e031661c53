import EventLoop
import HTTP
import Postgres

/// One loop with all that lives on it: a pool, a router, a server.
///
/// SAFETY: `@unchecked Sendable` since `pool` and `server` are used on the loop alone.
final class Worker: @unchecked Sendable {
  let loop: Loop
  private let thread: LoopThread
  private let pool: PostgresPool
  private let server: HTTPServer

  init(_ settings: ServeSettings, index: Int, observe: @escaping @Sendable (Observation) -> Void) throws {
    thread = try Loop.start(name: "loop \(index)")
    loop = thread.loop
    let pool = PostgresPool(loop, settings.database, settings.pool) { event in
      switch event {
      case .connected: observe(.databaseConnected(loop: index))
      case .lost(let error): observe(.databaseLost(loop: index, error))
      case .cannotConnect(let error): observe(.databaseUnreachable(loop: index, error))
      }
    }
    self.pool = pool
    let routes = CustomerRoutes(pool: pool).routes + HealthRoutes(pool: pool).routes
    server = HTTPServer(
      loop, router: Router(routes), settings: settings.http,
      hooks: ServerHooks.roster(
        keys: settings.keys, observe: observe, logsRequests: settings.log.level == .debug))
  }

  /// Connects the pool and listens; returns the address with the real port.
  func start(on address: SocketAddress, reusePort: Bool) async throws -> SocketAddress {
    try await loop.run {
      await self.pool.start()
      return try self.server.listen(on: address, reusePort: reusePort)
    }
  }

  /// Finishes what is under way and ends the loop.
  func stop(within limit: UInt64) async {
    _ = try? await loop.run {
      await self.server.drain(within: limit)
      await self.pool.close()
    }
    thread.stop()
  }
}

extension ServerHooks {
  static func roster(
    keys: KeyRing, observe: @escaping @Sendable (Observation) -> Void, logsRequests: Bool
  ) -> ServerHooks {
    var hooks = ServerHooks()
    hooks.authorize = { request, route in
      guard route.access == .key, !keys.open(request) else { return }
      throw Problem(
        .unauthorized, "this needs a key, in X-CUTSOM-AUTH, X-CUSTOM-AUTH or Authorization: Bearer",
        headers: [Header("WWW-Authenticate", "Bearer realm=\"roster\"")])
    }
    hooks.explain = { error, request in
      observe(.requestFailed(id: request.id, error: "\(error)"))
      return ErrorMapping.problem(for: error)
    }
    hooks.answered = { request, route, answer in
      guard logsRequests || answer.status >= 500 else { return }
      observe(
        .requestAnswered(
          RequestRecord(
            id: request.id, method: request.method.rawValue, path: request.path, route: route?.path,
            status: answer.status, duration: Int(answer.duration / 1000), length: answer.length,
            peer: request.peer?.host)))
    }
    return hooks
  }
}
