import EventLoop
import Glibc
import Schema

/// `serve`: starts the workers, waits for a signal, and ends them in good order.
struct ServeCommand: Sendable {
  private let settings: ServeSettings
  private let metrics = ServerMetrics()
  private let customerImport: CustomerImport

  init(settings: ServeSettings) {
    self.settings = settings
    customerImport = CustomerImport(settings.source, settings.database) { [metrics] in
      metrics.events($0)
      settings.log($0)
    }
  }

  /// Tells the sinks what was noticed.
  private func observe(_ observation: Observation) {
    metrics.events(observation)
    settings.log(observation)
  }

  func run(on loop: Loop) async -> Int32 {
    do {
      let signals = try StopSignals(loop)
      defer { signals.close() }
      let reload = try SignalSource(loop, SIGHUP) { reloadKeys() }
      defer { reload.close() }
      let steps = try await Migrator(loop, settings.database).prepare(migrating: settings.migrates)
      for step in steps { observe(.schemaChanged(step.migration.title)) }
      let workers = try await startWorkers(on: loop)
      let signal = await signals.first() ?? SIGTERM
      observe(.stopping(signal: StopSignals.name(of: signal)))
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await customerImport.stop(on: loop, within: settings.drainTime) }
        for worker in workers { group.addTask { await worker.drain(within: settings.drainTime) } }
      }
      for worker in workers { worker.end() }
      observe(.stopped)
      settings.log.finish()
      return 0
    } catch {
      settings.log.finish()
      complain("server: \(error)")
      return 1
    }
  }

  private func startWorkers(on loop: Loop) async throws -> [Worker] {
    guard var address = try await loop.resolve(host: settings.host, port: settings.port).first else {
      throw StartError(description: "\(settings.host) has no address")
    }
    let settings = provideDescriptors()
    let isShared = settings.loops > 1
    let memory = SharedMemory(files: FileImportGate(limit: settings.imports))
    var workers: [Worker] = []
    do {
      if isShared, settings.port != 0 { try TCPListener.requireFree(loop, address) }
      for index in 0..<settings.loops {
        let worker = try Worker(
          settings, index: index, metrics: metrics, memory: memory, customerImport: customerImport
        ) { observe($0) }
        metrics.add(worker)
        workers.append(worker)
        address = try await worker.start(on: address, reusePort: isShared)
      }
    } catch let error as UVError {
      throw StartError(description: "cannot listen on \(address): \(error)")
    }
    observe(
      .listening(address: "http://\(address)", loops: settings.loops, keys: settings.keys.current.count))
    return workers
  }

  /// Sees to it that there are descriptors for as many clients as are let in, or lets in fewer.
  private func provideDescriptors() -> ServeSettings {
    var settings = settings
    let before = DescriptorLimit.current.soft
    let now = DescriptorLimit.raise(to: settings.descriptors)
    if now > before { observe(.descriptorLimitRaised(from: before, to: now)) }
    if now < settings.descriptors {
      settings.http.connections = settings.clients(withDescriptors: now)
      observe(.clientsReduced(to: settings.http.connections * settings.loops, descriptors: now))
    }
    return settings
  }

  private func reloadKeys() {
    do {
      try settings.keys.load()
      observe(.keysReloaded(settings.keys.current.count))
    } catch {
      observe(.keysNotReloaded("\(error)"))
    }
  }
}

struct StartError: Error, CustomStringConvertible {
  let description: String
}
