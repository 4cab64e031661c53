import Foundation

/// Our server, listening on a port of its own.
final class RunningServer {
  static let key = "key-of-the-tests"
  static let otherKey = "another-key"

  let process: ChildProcess
  let port: Int
  var url: String { "http://127.0.0.1:\(port)" }

  fileprivate init(_ process: ChildProcess) throws {
    self.process = process
    let address = try wait(for: "the server to listen") { () -> String? in
      if let event = Self.events(of: process, "listening").first { return event["address"] as? String }
      if let ending = process.isRunning ? nil : process.ending {
        throw TestFailure("the server ended with \(ending) instead of listening: \(process.errors)")
      }
      return nil
    }
    guard let port = address.split(separator: ":").last.flatMap({ Int($0) }) else {
      throw TestFailure("no port in \(address)")
    }
    self.port = port
  }

  /// What it has logged under that name up to now.
  func events(_ name: String) -> [[String: Any]] { Self.events(of: process, name) }

  private static func events(of process: ChildProcess, _ name: String) -> [[String: Any]] {
    process.errors.split(separator: "\n").filter { $0.contains(#""event":"\#(name)""#) }.compactMap {
      try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }

  func connect() throws -> ClientConnection { try ClientConnection(port: port) }

  /// Sends one request on a connection of its own, with a key unless `headers` say otherwise.
  func ask(
    _ method: String, _ target: String, headers: [String] = ["X-CUTSOM-AUTH: \(key)"], type: String? = nil,
    body: String? = nil
  ) throws -> Response {
    let connection = try connect()
    try connection.send(Self.request(method, target, headers: headers, type: type, body: body))
    return try connection.answer(toHead: method == "HEAD")
  }

  static func request(
    _ method: String, _ target: String, headers: [String] = ["X-CUTSOM-AUTH: \(key)"], type: String? = nil,
    body: String? = nil
  ) -> String {
    var lines = ["\(method) \(target) HTTP/1.1", "Host: localhost"] + headers
    if let type { lines.append("Content-Type: \(type)") }
    if let body { lines.append("Content-Length: \(body.utf8.count)") }
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
  }
}

extension Stage {
  /// A server that was started by other means; waits until it listens.
  func running(_ process: ChildProcess) throws -> RunningServer { try RunningServer(process) }

  /// Starts a server and waits until it listens.
  func server(
    _ database: Database, _ options: [String] = [], _ environment: [String: String] = [:]
  ) throws -> RunningServer {
    let variables = [
      "DATABASE_URL": database.url, "ROSTER_API_KEYS": "\(RunningServer.key),\(RunningServer.otherKey)",
    ]
    return try RunningServer(
      try start(
        .server, ["serve", "--port", "0", "--log", "json"] + options,
        variables.merging(environment) { $1 }))
  }
}
