import EventLoop
import Testing

@testable import HTTP

@Suite(.timeLimit(.minutes(5))) struct RequestIdentifierTests {
  /// SAFETY: `@unchecked Sendable` since it is used on one loop alone.
  final class Log: @unchecked Sendable {
    var ids: [String] = []
  }

  static let routes = [Route(.get, "/") { _, response in response.json { $0.append("{}") } }]

  /// Sends each of `ids`; gives what came back, and what the log saw.
  func exchange(_ ids: [String]) async throws -> (answers: [String], log: [String]) {
    let log = Log()
    let answers = Log()
    var hooks = ServerHooks()
    hooks.answered = { request, _, _ in log.ids.append(request.id) }
    try await LiveServer.with(Self.routes, hooks: hooks) { live in
      let client = try await live.connect()
      for id in ids {
        client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: \(id)\r\n\r\n")
        answers.ids.append(try await client.answer()["X-Request-Id"] ?? "none")
      }
    }
    return (answers.ids, log.ids)
  }

  @Test func ourOwnCountInHexadecimal() async throws {
    let (answers, _) = try await exchange(Array(repeating: "", count: 40))
    #expect(answers.allSatisfy { $0.count == 16 && $0.allSatisfy { "0123456789abcdef".contains($0) } })
    #expect(answers.map { UInt32($0.suffix(8), radix: 16) } == (1...40).map { UInt32($0) })
    #expect(Set(answers.map { $0.prefix(8) }).count == 1)
  }

  @Test func theClientsOwnIsKept() async throws {
    let ids = ["1", "a-b_c.d:e", "0B5AF1C2-6B3A-4F0C-9E1D-2A3B4C5D6E7F", String(repeating: "x", count: 128)]
    let (answers, log) = try await exchange(ids)
    #expect(answers == ids)
    #expect(log == ids)
  }

  /// What is not fit for a line of a log is replaced, not repaired.
  @Test(arguments: [
    "", "a b", "a\tb", "\"", "a\"}{\"level\":\"error", "a,b", "a;b", "<script>", "../../x", "%0d%0a", "\\n",
    "a\u{1B}[2J",
    "é", "\u{85}", String(repeating: "x", count: 129),
  ])
  func anyOtherIsReplaced(_ id: String) async throws {
    if id.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\t" }) {
      // Not even a head: the whole request is refused.
      let (answers, log) = try await exchangeRefused(id)
      #expect(answers == log)
      #expect(!answers.contains(id))
      return
    }
    let (answers, log) = try await exchange([id, id])
    #expect(Set(answers).count == 2)
    #expect(answers == log)
    for answer in answers {
      #expect(answer.utf8.count == 16)
      #expect(answer.allSatisfy { $0.isHexDigit && $0.isASCII })
    }
  }

  func exchangeRefused(_ id: String) async throws -> (answers: [String], log: [String]) {
    let log = Log()
    let answers = Log()
    var hooks = ServerHooks()
    hooks.answered = { request, _, _ in log.ids.append(request.id) }
    try await LiveServer.with(Self.routes, hooks: hooks) { live in
      let answer = try await live.ask("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: \(id)\r\n\r\n")
      #expect(answer.status == 400)
      answers.ids.append(answer["X-Request-Id"] ?? "none")
    }
    return (answers.ids, log.ids)
  }

  @Test func theFirstOfTwoCounts() async throws {
    let (answers, _) = try await exchange(["one\r\nX-Request-Id: two"])
    #expect(answers == ["one"])
  }

  /// The id of one request does not stay for the next.
  @Test func noneIsInherited() async throws {
    let (answers, _) = try await exchange(["mine", " "])
    #expect(answers[0] == "mine" && answers[1] != "mine" && answers[1].count == 16)
  }
}
