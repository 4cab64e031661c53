import EventLoop
import Testing

@testable import HTTP

/// Handlers that do not do what they should. The client gets one answer, and the connection lives on.
@Suite(.timeLimit(.minutes(5))) struct HandlerFaultTests {
  struct Broken: Error {}

  /// SAFETY: `@unchecked Sendable` since it is used on one loop alone.
  final class Notes: @unchecked Sendable {
    var explained: [String] = []
    var answered: [String] = []
    var keep: (() -> Void)?
  }

  static func routes(_ notes: Notes) -> [Route] {
    [
      Route(.get, "/fine") { _, response in response.json { $0.append("{}") } },
      Route(.get, "/problem") { _, _ in
        throw Problem(
          .conflict, "taken", faults: [.init("phone", "is taken")], headers: [Header("X-Why", "so")])
      },
      Route(.get, "/throws") { _, _ in throw Broken() },
      Route(.get, "/throws/later") { request, _ in
        try await request.loop.sleep(milliseconds: 1)
        throw Broken()
      },
      Route(.get, "/throws/network") { _, _ in throw UVError.endOfFile },
      Route(.get, "/throws/canceled") { _, _ in throw CancellationError() },
      Route(.get, "/forgets") { _, _ in },
      Route(.get, "/throws/behind") { _, response in
        response.json { $0.append("{}") }
        throw Broken()
      },
      Route(.get, "/throws/within") { _, response in
        try response.json { body in
          body.append("{\"half\":")
          throw Broken()
        }
      },
      Route(.get, "/keeps") { _, response in
        let kept = Kept(response)
        notes.keep = { kept.send() }
        throw Problem(.notFound, "nothing here")
      },
    ]
  }

  /// A writer that somebody holds on to.
  final class Kept {
    private var writer: ResponseWriter?
    init(_ writer: consuming ResponseWriter) { self.writer = consume writer }
    func send() {
      guard let writer = writer.take() else { return }
      writer.json { $0.append("{\"late\":true}") }
    }
  }

  static func with(_ body: @escaping @Sendable (LiveServer, Notes) async throws -> Void) async throws {
    let notes = Notes()
    var hooks = ServerHooks()
    hooks.explain = { error, request in
      notes.explained.append("\(request.path) \(error)")
      return Problem(.internalServerError, "something went wrong")
    }
    hooks.answered = { request, route, answer in
      notes.answered.append("\(request.path) \(route?.path ?? "-") \(answer.status)")
    }
    try await LiveServer.with(routes(notes), hooks: hooks) { live in try await body(live, notes) }
  }

  @Test(arguments: [
    "/throws", "/throws/later", "/throws/network", "/throws/canceled", "/throws/within", "/forgets",
  ])
  func aFaultIsA500AndIsExplained(_ path: String) async throws {
    try await Self.with { live, notes in
      let client = try await live.connect()
      for _ in 0..<2 {
        let answer = try await client.get(path)
        #expect(answer.status == 500)
        #expect(answer["Connection"] == nil)
        #expect(answer["Content-Type"] == "application/problem+json")
        #expect(!answer.body.contains("Broken") && !answer.body.contains("half"))
      }
      #expect(try await client.get("/fine").body == "{}")
      #expect(notes.explained.count == 2)
      #expect(notes.answered == ["\(path) \(path) 500", "\(path) \(path) 500", "/fine /fine 200"])
    }
  }

  @Test func aProblemIsWhatItSays() async throws {
    try await Self.with { live, notes in
      let client = try await live.connect()
      let answer = try await client.get("/problem")
      #expect(answer.status == 409)
      #expect(answer["X-Why"] == "so")
      let id = answer["X-Request-Id"] ?? ""
      #expect(
        answer.body
          == "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409,\"detail\":\"taken\","
          + "\"instance\":\"urn:request:\(id)\",\"errors\":[{\"name\":\"phone\",\"detail\":\"is taken\"}]}")
      #expect(notes.explained == [])
      #expect(try await client.get("/fine").status == 200)
    }
  }

  @Test func aFaultBehindTheAnswerIsNoticedAndChangesNothing() async throws {
    try await Self.with { live, notes in
      let client = try await live.connect()
      #expect(try await client.get("/throws/behind").status == 200)
      #expect(try await client.get("/fine").status == 200)
      #expect(notes.explained == ["/throws/behind Broken()"])
      #expect(notes.answered.count == 2)
    }
  }

  /// A late answer would be taken for that of a later request.
  @Test func aWriterThatWasKeptHasLostItsRight() async throws {
    try await Self.with { live, notes in
      let client = try await live.connect()
      #expect(try await client.get("/keeps").status == 404)
      notes.keep?()
      #expect(try await client.get("/fine").body == "{}")
      #expect(try await client.get("/keeps").status == 404)
      client.send("GET /throws/later HTTP/1.1\r\nHost: a\r\n\r\n")
      try await live.loop.eventually("the next request is at its handler") { notes.answered.count == 3 }
      notes.keep?()
      #expect(try await client.answer().status == 500)
      client.close()
      try await live.loop.eventually("the connection is gone") { live.server.connectionCount == 0 }
      notes.keep?()
    }
  }

  @Test func aRefusalByHookIsNoFault() async throws {
    var hooks = ServerHooks()
    hooks.authorize = { _, _ in
      throw Problem(.unauthorized, "no", headers: [Header("WWW-Authenticate", "Bearer")])
    }
    try await LiveServer.with(Self.routes(Notes()), hooks: hooks) { live in
      let client = try await live.connect()
      let answer = try await client.get("/fine")
      #expect(answer.status == 401)
      #expect(answer["WWW-Authenticate"] == "Bearer")
      #expect(try await client.get("/absent").status == 404)
    }
  }
}
