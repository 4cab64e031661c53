import Bytes
import EventLoop

/// An answer as the client sees it.
struct Answer: Equatable {
  var status: Int
  var fields: [String]
  var body: String
  /// The body as it came, which need not be text.
  var bytes: [UInt8] = []

  /// The value of a header field; nil if it is not there exactly once.
  subscript(name: String) -> String? {
    let found = fields.filter { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
    return found.count == 1 ? String(found[0].dropFirst(name.count + 2)) : nil
  }
}

/// What is wrong with an answer.
struct AnswerError: Error, CustomStringConvertible {
  let description: String
}

/// A client that sends what it is told, right or wrong, and reads answers by the letter.
///
/// SAFETY: `@unchecked Sendable` since it is used on its loop alone.
final class LiveClient: @unchecked Sendable {
  let stream: TCPStream
  private var received: [UInt8] = []

  init(_ stream: TCPStream) { self.stream = stream }

  func close() { stream.close() }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) { bytes.withUnsafeBytes { stream.write($0) } }

  /// GETs `path` on this connection.
  func get(_ path: String) async throws -> Answer {
    send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
    return try await answer()
  }

  private func readMore() async throws {
    try await stream.readMore()
    stream.inbound.withBytes { received.append(contentsOf: $0) }
    stream.inbound.removeAll()
  }

  /// Reads one answer; an interim one counts.
  func answer(toHEAD: Bool = false) async throws -> Answer {
    var headEnd = Self.headEnd(in: received)
    while headEnd == nil {
      try await readMore()
      headEnd = Self.headEnd(in: received)
    }
    guard let headEnd else { throw AnswerError(description: "no head") }
    var answer = try Self.parse(Array(received[..<headEnd]))
    received.removeFirst(headEnd)
    if toHEAD || answer.status < 200 || answer.status == 204 { return answer }
    guard let text = answer["Content-Length"], let length = Int(text) else {
      throw AnswerError(description: "no length: \(answer.fields)")
    }
    while received.count < length { try await readMore() }
    answer.bytes = Array(received.prefix(length))
    answer.body = String(decoding: answer.bytes, as: UTF8.self)
    received.removeFirst(length)
    return answer
  }

  /// Waits for the server to close in good order; gives what it sent before.
  func rest() async throws -> String {
    do {
      while true { try await readMore() }
    } catch let error as UVError where error == .endOfFile {
      return String(decoding: received, as: UTF8.self)
    }
  }

  private static func headEnd(in bytes: [UInt8]) -> Int? {
    let mark: [UInt8] = [13, 10, 13, 10]
    guard bytes.count >= 4 else { return nil }
    return (0...(bytes.count - 4)).first { bytes[$0..<($0 + 4)].elementsEqual(mark) }.map { $0 + 4 }
  }

  private static func parse(_ head: [UInt8]) throws -> Answer {
    let lines = head.dropLast(4).split(separator: 13, omittingEmptySubsequences: false).enumerated().map {
      String(decoding: $0.offset == 0 ? $0.element : $0.element.dropFirst(), as: UTF8.self)
    }
    let status = lines[0].split(separator: " ", maxSplits: 2)
    guard status.count == 3, status[0] == "HTTP/1.1", let code = Int(status[1]), status[1].count == 3 else {
      throw AnswerError(description: "status line: \(lines[0])")
    }
    for line in lines.dropFirst() where !line.contains(": ") {
      throw AnswerError(description: "field: \(line.debugDescription)")
    }
    return Answer(status: code, fields: Array(lines.dropFirst()), body: "")
  }
}
