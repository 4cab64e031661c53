/// How to reach a database: what libpq calls connection parameters, in order, each keyword once.
public struct ConnectionSettings: Sendable, Equatable {
  /// One parameter under libpq's name for it, such as `dbname`.
  public struct Parameter: Sendable, Equatable {
    /// libpq's name.
    public var keyword: String
    /// The value, decoded.
    public var value: String

    /// A parameter.
    public init(keyword: String, value: String) {
      self.keyword = keyword
      self.value = value
    }
  }

  /// One of the servers that are tried in turn.
  public struct Host: Sendable, Equatable {
    /// A name, an address, or the directory of a Unix socket; empty for libpq's own default, a socket too.
    public var name: String
    /// The port; part of the file's name in case of a socket.
    public var port: Int
    /// True if there is no name to be looked up.
    public var isLocalSocket: Bool { name.isEmpty || name.hasPrefix("/") || name.hasPrefix("@") }
  }

  /// All parameters. They hold the password: never print them.
  public private(set) var parameters: [Parameter]
  /// The servers to try, in order; at least one.
  public let hosts: [Host]

  /// Settings from `parameters`; of two with the same keyword the last one holds. Empty values count as absent,
  /// as they do for libpq.
  public init(_ parameters: [Parameter]) throws(ConnectionSettingsError) {
    var kept: [Parameter] = []
    for parameter in parameters {
      kept.removeAll { $0.keyword == parameter.keyword }
      if !parameter.value.isEmpty { kept.append(parameter) }
    }
    // The programs speak UTF-8 whatever the caller's locale is.
    kept.removeAll { $0.keyword == "client_encoding" }
    self.parameters = kept
    hosts = try Self.hosts(kept)
  }

  /// The value of a parameter; nil if it is not given, and libpq's default holds.
  public subscript(keyword: String) -> String? {
    parameters.first { $0.keyword == keyword }?.value
  }

  /// These settings, with `value` for a parameter that they do not give.
  public func withDefault(_ keyword: String, _ value: String) -> ConnectionSettings {
    guard self[keyword] == nil, !value.isEmpty else { return self }
    var copy = self
    copy.parameters.append(Parameter(keyword: keyword, value: value))
    return copy
  }

  private static let defaultPort = 5432

  /// libpq's rules: lists are separated by commas, one port holds for all hosts, an empty one is the default.
  private static func hosts(_ parameters: [Parameter]) throws(ConnectionSettingsError) -> [Host] {
    func list(_ keyword: String) -> [String] {
      guard let value = parameters.first(where: { $0.keyword == keyword })?.value else { return [] }
      return value.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
    }
    let addresses = list("hostaddr")
    let given = list("host")
    if !addresses.isEmpty, !given.isEmpty, addresses.count != given.count {
      throw ConnectionSettingsError(
        "there are \(given.count) hosts and \(addresses.count) values of hostaddr; give one for each")
    }
    var names = addresses.isEmpty ? given : addresses
    for index in names.indices where names[index].isEmpty && index < given.count {
      names[index] = given[index]
    }
    if names.isEmpty { names = [""] }
    // An unescaped @ in a password ends up here, and a host that cannot be found is shown.
    if names.contains(where: { $0.contains("@") && !$0.hasPrefix("@") }) {
      throw ConnectionSettingsError("a host name has an @ in it; write an @ in a password as %40")
    }
    let ports = list("port")
    guard ports.count <= 1 || ports.count == names.count else {
      throw ConnectionSettingsError(
        "there are \(names.count) hosts and \(ports.count) ports; give one port, or one for each host")
    }
    var hosts: [Host] = []
    for (index, name) in names.enumerated() {
      let port = ports.isEmpty ? "" : ports[ports.count == 1 ? 0 : index]
      hosts.append(Host(name: name, port: port.isEmpty ? defaultPort : try Self.port(port)))
    }
    return hosts
  }

  private static func port(_ text: String) throws(ConnectionSettingsError) -> Int {
    guard let port = Int(text), (1...65_535).contains(port) else {
      throw ConnectionSettingsError("a port is no number from 1 to 65535")
    }
    return port
  }
}

extension ConnectionSettings: CustomStringConvertible, CustomDebugStringConvertible {
  /// `postgresql://user@host:port/dbname` for logs and errors: nothing that could be a secret is in it.
  public var redacted: String {
    let user = self["user"].map { "\($0)@" } ?? ""
    let places = hosts.map { host in
      let name = host.name.isEmpty ? "" : host.name.contains(":") ? "[\(host.name)]" : host.name
      return host.port == Self.defaultPort ? name : "\(name):\(host.port)"
    }
    return "postgresql://\(user)\(places.joined(separator: ","))/\(self["dbname"] ?? "")"
  }

  /// The redacted form: what is printed by accident is no secret either.
  public var description: String { redacted }
  /// The redacted form.
  public var debugDescription: String { redacted }
}

/// What is wrong with a connection URL, or with the variables that stand for one. One line, without any part of
/// the URL, since a mistyped one has its password anywhere.
public struct ConnectionSettingsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The line.
  public let description: String

  /// An error with this line.
  public init(_ description: String) {
    self.description = description
  }
}
