internal import CLibPQ
internal import EventLoop

/// The servers to try, as libpq wants them: all addresses of all hosts in their order, and the other parameters.
struct ConnectionCandidates: Sendable, Equatable {
  /// One address of one host. Empty texts stand for libpq's defaults.
  struct Candidate: Sendable, Equatable {
    var host = ""
    var address = ""
    var port = ""

    /// For messages.
    var name: String { [host.isEmpty ? address : host, port].filter { !$0.isEmpty }.joined(separator: ":") }
  }

  /// At least one.
  var candidates: [Candidate]
  /// Keywords and values but `host`, `hostaddr` and `port`.
  var others: [String: String]

  /// Looks names up on the thread pool: `PQconnectPoll` would do it itself, and block.
  ///
  /// What neither the settings nor libpq's environment names is left to libpq.
  static func resolve(_ settings: ConnectionSettings, on loop: Loop, within limit: UInt64) async throws
    -> Self
  {
    var others: [String: String] = [:]
    for parameter in settings.parameters { others[parameter.keyword] = parameter.value }
    for keyword in ["host", "hostaddr", "port"] { others[keyword] = nil }
    for (keyword, value) in defaults.merging(PeerSilence.defaults, uniquingKeysWith: { $1 })
    where others[keyword] == nil { others[keyword] = value }
    let hosts = try named(settings)
    guard !hosts.isEmpty else {
      return Self(candidates: [Candidate(port: settings["port"] ?? "")], others: others)
    }
    var found: [Candidate] = []
    var failures: [String] = []
    let deadline = loop.now + limit
    for host in hosts {
      if !host.address.isEmpty || host.host.isEmpty || host.isLocalSocket {
        found.append(host)
        continue
      }
      do {
        let addresses = try await loop.deadline(deadline) {
          try await loop.resolve(host: host.host, port: Int(host.port) ?? 0)
        }
        for address in addresses.map(\.host) {
          let candidate = Candidate(host: host.host, address: address, port: host.port)
          if !found.contains(candidate) { found.append(candidate) }
        }
      } catch let error as UVError {
        failures.append("cannot find the host \(host.host): \(error)")
      }
    }
    guard !found.isEmpty else { throw PostgresError.cannotConnect(failures.joined(separator: "; ")) }
    return Self(candidates: found, others: others)
  }

  /// What this program wants where the settings are silent.
  private static let defaults = [
    "client_encoding": "UTF8",
    // Asking for GSS encryption can block on a ticket cache; who wants it says so.
    "gssencmode": "disable",
  ]

  /// The hosts of the settings, or of `PGHOST` and its kin where the settings leave them open.
  private static func named(_ settings: ConnectionSettings) throws -> [Candidate] {
    let environment = environment()
    var parameters = settings.parameters
    if settings["host"] == nil, settings["hostaddr"] == nil {
      for keyword in ["host", "hostaddr"] where environment[keyword] != nil {
        parameters.append(.init(keyword: keyword, value: environment[keyword] ?? ""))
      }
    }
    if settings["port"] == nil, let port = environment["port"] {
      parameters.append(.init(keyword: "port", value: port))
    }
    let complete = try ConnectionSettings(parameters)
    guard complete["host"] != nil || complete["hostaddr"] != nil else { return [] }
    let names = list(complete["host"])
    let addresses = list(complete["hostaddr"])
    return complete.hosts.enumerated().map { index, host in
      Candidate(
        host: index < names.count ? names[index] : "",
        address: index < addresses.count ? addresses[index] : "", port: String(host.port))
    }
  }

  private static func list(_ text: String?) -> [String] {
    text?.split(separator: ",", omittingEmptySubsequences: false).map { String($0) } ?? []
  }

  /// What libpq takes from `PGHOST`, `PGHOSTADDR` and `PGPORT`, or was compiled with.
  private static func environment() -> [String: String] {
    var found: [String: String] = [:]
    guard let options = PQconndefaults() else { return found }
    defer { PQconninfoFree(options) }
    var option = options
    while let keyword = option.pointee.keyword {
      let name = String(cString: keyword)
      if ["host", "hostaddr", "port"].contains(name), let value = option.pointee.val {
        found[name] = String(cString: value)
      }
      option += 1
    }
    return found
  }

  /// The parameters for an attempt on the candidates from `first` on, without an order.
  func parameters(from first: Int) -> [String: String] {
    var parameters = others
    let rest = candidates[first...]
    for (keyword, path) in [("host", \Candidate.host), ("hostaddr", \.address), ("port", \.port)] {
      let values = rest.map { $0[keyPath: path] }
      if values.contains(where: { !$0.isEmpty }) { parameters[keyword] = values.joined(separator: ",") }
    }
    return parameters
  }

  /// The candidate that libpq tries at present, by what it says of it.
  func current(host: String, address: String, port: String, from first: Int) -> Int {
    candidates[first...].firstIndex {
      $0.port == port && $0.address == address && ($0.host.isEmpty || $0.host == host)
    } ?? first
  }
}

extension ConnectionCandidates.Candidate {
  /// A socket's directory has nothing to be looked up.
  var isLocalSocket: Bool { ConnectionSettings.Host(name: host, port: 0).isLocalSocket }
}

extension Loop {
  /// Runs `body` until it ends or the loop's time is `deadline`; then it is canceled, and ``UVError/timedOut``
  /// thrown.
  func deadline<Value: Sendable>(
    _ deadline: UInt64, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await self.sleep(milliseconds: deadline > self.now ? deadline - self.now : 0)
        throw UVError.timedOut
      }
      defer { group.cancelAll() }
      guard let value = try await group.next() else { throw UVError.canceled }
      return value
    }
  }
}
