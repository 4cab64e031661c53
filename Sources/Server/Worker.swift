import EventLoop
import HTTP
import Postgres

/// One loop with all that lives on it: a pool, a router, a server.
///
/// SAFETY: `@unchecked Sendable` since all but `loop`, `thread` and `routes`, which do not change, is used on the loop
/// alone.
final class Worker: @unchecked Sendable {
  let loop: Loop
  let routes: [Route]
  private let thread: LoopThread
  private let lanes: DatabaseLanes
  private let server: HTTPServer
  private let readiness: Readiness
  private let metrics: LoopMetrics
  private let watermark: WatermarkObserver
  /// Looks at the watermark without being asked; one worker does it for all.
  private var watch: Task<Void, Never>?
  private let watches: Bool

  init(
    _ settings: ServeSettings, index: Int, metrics shared: ServerMetrics, memory: SharedMemory,
    customerImport: CustomerImport, observe: @escaping @Sendable (Observation) -> Void
  ) throws {
    thread = try Loop.start(name: "loop \(index)")
    loop = thread.loop
    let metrics = LoopMetrics(loop, index: index)
    let lanes = DatabaseLanes(loop, settings) { event in
      metrics.noticed(event)
      switch event {
      case .connected: observe(.databaseConnected(loop: index))
      case .lost(let error): observe(.databaseLost(loop: index, error))
      case .cannotConnect(let error): observe(.databaseUnreachable(loop: index, error))
      }
    }
    let readiness = Readiness(loop, lanes.reads) { observe(.schemaUnfit(loop: index, $0)) }
    let watermark = WatermarkObserver(pool: lanes.reads, memory: memory.watermark)
    let features =
      CustomerRoutes(pool: lanes.reads).routes
      + FileImportRoutes(
        loop: loop, database: settings.database, gate: memory.files, limit: settings.importSize,
        observe: observe
      ).routes
      + RegisteredCustomerRoutes(customers: RegisteredCustomers(lanes, counting: memory.customers)).routes
      + FavoriteRoutes(favorites: Favorites(lanes, counting: memory.favorites)).routes
      + WatermarkRoutes(observer: watermark).routes
      + ImportRoutes(pool: lanes.reads, customerImport: customerImport).routes
      + HealthRoutes(readiness: readiness).routes
      + MetricsRoutes(metrics: shared, settings: settings).routes
      + PageRoutes(swaggerUI: settings.swaggerUI, readiness: readiness).routes
    let router = Router(features + [DocumentRoute.documenting(features)])
    routes = router.routes
    server = HTTPServer(
      loop, router: router, settings: settings.http,
      hooks: ServerHooks.roster(
        keys: settings.keys, metrics: metrics, observe: observe, logsRequests: settings.log.level == .debug))
    self.lanes = lanes
    self.readiness = readiness
    self.metrics = metrics
    self.watermark = watermark
    watches = index == 0
  }

  /// Connects the pool and listens; returns the address with the real port.
  func start(on address: SocketAddress, reusePort: Bool) async throws -> SocketAddress {
    try await loop.run {
      self.metrics.start(routes: self.routes.count)
      await self.lanes.start()
      self.readiness.start()
      if self.watches { self.watch = self.loop.start { await self.watermark.watch() } }
      let address = try self.server.listen(on: address, reusePort: reusePort)
      // What came before, nobody has waited for.
      self.loop.resetLongestTurn()
      return address
    }
  }

  /// Finishes what is under way. The loop goes on until ``end()``: others may still ask it for its metrics.
  func drain(within limit: UInt64) async {
    _ = try? await loop.run {
      self.readiness.isStopping = true
      await self.server.drain(within: limit)
      self.readiness.close()
      self.metrics.close()
      self.watch?.cancel()
      await self.lanes.close()
      await self.watch?.value
    }
  }

  /// Ends the loop.
  func end() { thread.stop() }

  /// What the loop has counted; to be called on it.
  func snapshot() -> LoopSnapshot { metrics.snapshot(server, lanes) }
}

/// What all loops know together.
struct SharedMemory: Sendable {
  let watermark = WatermarkMemory()
  let customers = CountMemory()
  let favorites = CountMemory()
  let files: FileImportGate
}

extension ServerHooks {
  static func roster(
    keys: KeyRing, metrics: LoopMetrics, observe: @escaping @Sendable (Observation) -> Void,
    logsRequests: Bool
  ) -> ServerHooks {
    var hooks = ServerHooks()
    hooks.authorize = { request, route in
      guard route.access == .key, !keys.open(request) else { return }
      throw Problem(
        .unauthorized, "this needs a key, in X-CUTSOM-AUTH, X-CUSTOM-AUTH or Authorization: Bearer",
        headers: [Header("WWW-Authenticate", "Bearer realm=\"roster\"")])
    }
    hooks.explain = { error, request in
      metrics.failed(error)
      observe(.requestFailed(id: request.id, error: "\(error)"))
      return ErrorMapping.problem(for: error)
    }
    hooks.answered = { request, route, answer in
      metrics.answered(route: route?.number, status: answer.status, nanoseconds: answer.duration)
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
