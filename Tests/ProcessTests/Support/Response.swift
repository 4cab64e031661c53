import Foundation

/// An answer as it came.
struct Response {
  let status: Int
  let headers: [(name: String, value: String)]
  var body: [UInt8] = []

  init(head: String) throws {
    let lines = head.components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[0] == "HTTP/1.1" || words[0] == "HTTP/1.0", let status = Int(words[1])
    else {
      throw TestFailure("no status line: \(lines[0])")
    }
    self.status = status
    headers = lines.dropFirst().map { line in
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
    }
  }

  /// The value of a header, whatever the case of its name.
  subscript(name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  var text: String { String(decoding: body, as: UTF8.self) }

  /// The body as JSON.
  func json() throws -> Any { try JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed) }

  /// The ids of a page.
  func identifiers() throws -> [Int64] {
    guard let rows = try json() as? [[String: Any]] else { throw TestFailure("no array of objects: \(text)") }
    return rows.compactMap { ($0["customer_id"] as? NSNumber)?.int64Value }
  }
}
