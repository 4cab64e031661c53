import EventLoop
import Glibc
import Schema

/// `serve`: starts the workers, waits for a signal, and ends them in good order.
struct ServeCommand: Sendable {
  let settings: ServeSettings

  func run(on loop: Loop) async -> Int32 {
    let log = settings.log
    do {
      let signals = try StopSignals(loop)
      defer { signals.close() }
      let reload = try SignalSource(loop, SIGHUP) { reloadKeys() }
      defer { reload.close() }
      let steps = try await Migrator(loop, settings.database).prepare(migrating: settings.migrates)
      for step in steps { log(.schemaChanged(step.migration.title)) }
      let workers = try await startWorkers(on: loop)
      let signal = await signals.first() ?? SIGTERM
      log(.stopping(signal: StopSignals.name(of: signal)))
      await withTaskGroup(of: Void.self) { group in
        for worker in workers { group.addTask { await worker.stop(within: settings.drainTime) } }
      }
      log(.stopped)
      return 0
    } catch {
      complain("server: \(error)")
      return 1
    }
  }

  private func startWorkers(on loop: Loop) async throws -> [Worker] {
    guard var address = try await loop.resolve(host: settings.host, port: settings.port).first else {
      throw StartError(description: "\(settings.host) has no address")
    }
    let isShared = settings.loops > 1
    var workers: [Worker] = []
    do {
      if isShared, settings.port != 0 { try TCPListener.requireFree(loop, address) }
      for index in 0..<settings.loops {
        let worker = try Worker(settings, index: index) { [log = settings.log] in log($0) }
        workers.append(worker)
        address = try await worker.start(on: address, reusePort: isShared)
      }
    } catch let error as UVError {
      throw StartError(description: "cannot listen on \(address): \(error)")
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
