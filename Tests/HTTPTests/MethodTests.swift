import Testing

@testable import HTTP

/// What the method changes.
@Suite(.timeLimit(.minutes(5))) struct MethodTests {
  static let routes: [Route] = [
    Route(.get, "/page") { _, response in response.json { $0.append("{\"a\":1}") } },
    Route(.post, "/page") { _, response in response.json(.created) { $0.append("{}") } },
    Route(.delete, "/thing") { _, response in response.empty() },
    Route(.get, "/nothing") { _, response in
      response.send(.noContent, type: "text/plain") { $0.append("not to be seen") }
    },
    Route(.get, "/unchanged") { _, response in
      response.send(Status(code: 304, reason: "Not Modified"), type: "text/plain") {
        $0.append("not to be seen")
      }
    },
  ]

  @Test func headGivesTheHeadOfGetAndNothingElse() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      let get = try await client.get("/page")
      client.send("HEAD /page HTTP/1.1\r\nHost: a\r\n\r\n")
      let head = try await client.answer(toHEAD: true)
      #expect(head.status == 200)
      #expect(head["Content-Length"] == "7")
      #expect(head["Content-Type"] == get["Content-Type"])
      // Were there a body, it would be read as the next answer.
      #expect(try await client.get("/page").body == "{\"a\":1}")
    }
  }

  @Test func headOfAProblemHasNoBodyEither() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      for (path, status) in [("/absent", 404), ("/thing", 405)] {
        client.send("HEAD \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try await client.answer(toHEAD: true)
        #expect(answer.status == status)
        #expect(answer["Content-Type"] == "application/problem+json")
        #expect((Int(answer["Content-Length"] ?? "") ?? 0) > 0)
      }
      #expect(try await client.get("/page").status == 200)
    }
  }

  @Test func anotherMethodIsToldWhichOnesThereAre() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      for method in ["PUT", "PATCH", "DELETE", "BREW", "get", "TRACE"] {
        client.send("\(method) /page HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try await client.answer()
        #expect(answer.status == 405)
        #expect(answer["Allow"] == "GET, HEAD, OPTIONS, POST")
        #expect(answer.body.contains("\"status\":405"))
      }
      client.send("POST /thing HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await client.answer()["Allow"] == "DELETE, OPTIONS")
      client.send("BREW /absent HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await client.answer().status == 404)
    }
  }

  @Test func optionsAreAnsweredForEveryPath() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      for (target, allow) in [
        ("/page", "GET, HEAD, OPTIONS, POST"), ("/thing", "DELETE, OPTIONS"),
        ("*", "DELETE, GET, HEAD, OPTIONS, POST"),
      ] {
        client.send("OPTIONS \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try await client.answer()
        #expect(answer.status == 204)
        #expect(answer["Allow"] == allow)
        #expect(answer["Content-Length"] == nil)
      }
      client.send("OPTIONS /absent HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await client.answer().status == 404)
    }
  }

  /// A body behind such a status would be taken for the next answer.
  @Test func aStatusWithoutBodyHasNone() async throws {
    try await LiveServer.with(Self.routes) { live in
      let client = try await live.connect()
      for path in ["/nothing", "/unchanged"] {
        client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try await client.answer(toHEAD: true)
        #expect(answer["Content-Length"] == nil)
        #expect(try await client.get("/page").body == "{\"a\":1}")
      }
      client.send("DELETE /thing HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await client.answer().status == 204)
      #expect(try await client.get("/page").body == "{\"a\":1}")
    }
  }

  @Test(arguments: [
    "/", "//page", "/page/", "/page/../page", "/%70age", "/page%00", "/page;x", "/.", "/PAGE",
  ])
  func thereIsNothingAtAnotherPath(_ path: String) async throws {
    try await LiveServer.with(Self.routes) { live in
      let answer = try await live.ask("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(answer.status == 404)
      #expect(answer["Content-Type"] == "application/problem+json")
      #expect(answer["Connection"] == nil)
    }
  }

  @Test func theAbsoluteFormIsServedLikeThePath() async throws {
    try await LiveServer.with(Self.routes) { live in
      let answer = try await live.ask("GET http://somewhere:80/page?x HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(answer.body == "{\"a\":1}")
    }
  }
}
