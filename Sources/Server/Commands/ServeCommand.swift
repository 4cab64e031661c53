import EventLoop
import Glibc
import Schema

/// `serve`: starts the workers, waits for a signal, and ends them in good order.
struct ServeCommand: Sendable {
  let settings: ServeSettings

  func run(on loop: Loop) async -> Int32 {
    let log = settings.log
    let signals = StopSignals(loop)
    do {
      try signals.start()
      let reload = try SignalSource(loop, SIGHUP) { reloadKeys() }
      defer { reload.close() }
      let steps = try await Migrator(loop, settings.database).prepare(migrating: settings.migrates)
      for step in steps { log(.schemaChanged(step.migration.title)) }
      let workers = try await startWorkers(on: loop)
      let signal = await signals.wait()
      log(.stopping(signal: signal))
      await withTaskGroup(of: Void.self) { group in
        for worker in workers { group.addTask { await worker.stop(within: settings.drainTime) } }
      }
      signals.close()
      log(.stopped)
      return 0
    } catch {
      signals.close()
      complain("server: \(error)")
      return 1
    }
  }

  private func startWorkers(on loop: Loop) async throws -> [Worker] {
    guard var address = try await loop.resolve(host: settings.host, port: settings.port).first else {
      throw StartError(description: "\(settings.host) has no address")
    }
    let isShared = settings.loops > 1
    if isShared, settings.port != 0 { try TCPListener.requireFree(loop, address) }
    var workers: [Worker] = []
    for index in 0..<settings.loops {
      let worker = try Worker(settings, index: index) { [log = settings.log] in log($0) }
      workers.append(worker)
      address = try await worker.start(on: address, reusePort: isShared)
    }
    settings.log(
      .listening(address: "http://\(address)", loops: settings.loops, keys: settings.keys.current.count))
    return workers
  }

  private func reloadKeys() {
    do {
      try settings.keys.load()
      settings.log(.keysReloaded(settings.keys.current.count))
    } catch {
      settings.log(.keysNotReloaded("\(error)"))
    }
  }
}

struct StartError: Error, CustomStringConvertible {
  let description: String
}

/// Waits for the signals that end a server; the second one ends the process at once.
///
/// SAFETY: `@unchecked Sendable` since it is used on one loop's thread alone.
final class StopSignals: @unchecked Sendable {
  private let loop: Loop
  private var sources: [SignalSource] = []
  private var received: String?
  private var continuation: CheckedContinuation<String, Never>?

  init(_ loop: Loop) { self.loop = loop }

  func start() throws {
    for (number, name) in [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT")] {
      // SAFETY: the source is closed before this object goes.
      sources.append(try SignalSource(loop, number) { [unowned self] in take(number, name) })
    }
  }

  private func take(_ number: Int32, _ name: String) {
    if received != nil { _exit(128 + number) }
    received = name
    continuation?.resume(returning: name)
    continuation = nil
  }

  func wait() async -> String {
    if let received { return received }
    return await withCheckedContinuation { continuation = $0 }
  }

  func close() {
    for source in sources { source.close() }
    sources.removeAll()
  }
}
