import Foundation

/// What the server says about an import.
struct ImportResult: CustomStringConvertible {
  struct Fault: Equatable {
    var line: Int
    var column: String?
    var reason: String
  }

  let status: Int
  let read: Int
  let inserted: Int
  let rejected: Int
  let unlisted: Int
  let errors: [Fault]
  let text: String

  init(_ response: Response) throws {
    status = response.status
    text = response.text
    let object = try response.json() as? [String: Any] ?? [:]
    func number(_ name: String) -> Int { object[name] as? Int ?? -1 }
    read = number("read")
    inserted = number("inserted")
    rejected = number("rejected")
    unlisted = number("errors_not_listed")
    errors = (object["errors"] as? [[String: Any]] ?? []).map {
      Fault(
        line: $0["line"] as? Int ?? -1, column: $0["column"] as? String, reason: $0["reason"] as? String ?? ""
      )
    }
  }

  /// The counts alone: read, inserted, rejected.
  var counts: [Int] { [read, inserted, rejected] }
  var lines: [Int] { errors.map(\.line) }
  var description: String { "\(status): \(text)" }
}

extension RunningServer {
  /// The head of an import; without a length it comes in chunks.
  static func importHead(
    _ length: Int?, onError: String? = nil, type: String = "text/csv", headers: [String] = []
  ) -> String {
    let size = length.map { "Content-Length: \($0)" } ?? "Transfer-Encoding: chunked"
    return request(
      "POST", "/customers/import" + (onError.map { "?on_error=\($0)" } ?? ""),
      headers: ["X-CUTSOM-AUTH: \(key)", size] + headers, type: type)
  }

  /// Sends a file, all at once.
  func importFile(
    _ file: [UInt8], onError: String? = nil, type: String = "text/csv", headers: [String] = []
  ) throws -> ImportResult {
    let connection = try connect()
    try connection.send(
      Array(Self.importHead(file.count, onError: onError, type: type, headers: headers).utf8) + file)
    return try ImportResult(try connection.answer())
  }

  func importFile(
    _ file: String, onError: String? = nil, type: String = "text/csv", headers: [String] = []
  ) throws -> ImportResult {
    try importFile(Array(file.utf8), onError: onError, type: type, headers: headers)
  }
}
