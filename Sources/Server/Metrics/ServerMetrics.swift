import EventLoop
import HTTP
import Synchronization

/// Where the metrics of all loops are found.
final class ServerMetrics: Sendable {
  /// Observations, counted.
  let events = EventCounts()
  private let workers = Mutex<[Worker]>([])

  /// The routes that every loop has, in the order in which they are counted.
  var routes: [Route] { workers.withLock { $0.first?.routes ?? [] } }

  func add(_ worker: Worker) { workers.withLock { $0.append(worker) } }

  /// A copy of what each loop has counted, taken on that loop.
  func snapshots() async throws -> [LoopSnapshot] {
    let workers = workers.withLock { $0 }
    let snapshots = try await withThrowingTaskGroup(of: LoopSnapshot.self) { group in
      for worker in workers { group.addTask { try await worker.loop.run { worker.snapshot() } } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    return snapshots.sorted { $0.index < $1.index }
  }
}
