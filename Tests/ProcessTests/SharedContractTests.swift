import Foundation
import Testing

extension ProcessTests {
  /// What every route shares: keys, request ids, methods, probes.
  @Suite struct SharedContractTests {
    @Test func keysInEverySpelling() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 3))
        for target in ["/customers?previous_id=0", "/customer/1"] {
          for key in [RunningServer.key, RunningServer.otherKey] {
            for header in [
              "X-CUTSOM-AUTH: \(key)", "X-CUSTOM-AUTH: \(key)", "x-cutsom-auth:\(key)",
              "Authorization: Bearer \(key)",
              "authorization: bearer \(key)",
            ] {
              #expect(try server.ask("GET", target, headers: [header]).status == 200, "\(header)")
            }
          }
          for headers in [
            [], ["X-CUTSOM-AUTH: "], ["X-CUTSOM-AUTH: wrong"], ["X-CUSTOM-AUTH: wrong"],
            ["Authorization: Bearer wrong"],
            ["Authorization: Basic \(RunningServer.key)"], ["Authorization: \(RunningServer.key)"],
            ["X-CUTSOM-AUTH: \(RunningServer.key.dropLast())"], ["X-CUTSOM-AUTH: \(RunningServer.key)x"],
            ["X-CUTSOM-AUTH: \(RunningServer.key),\(RunningServer.otherKey)"],
            ["X-CUTSOM-AUTH: \(RunningServer.key.uppercased())"], ["X-API-KEY: \(RunningServer.key)"],
          ] {
            let answer = try server.ask("GET", target, headers: headers)
            try checkProblem(answer, 401, "Unauthorized", "\(headers)")
            #expect(answer["WWW-Authenticate"]?.hasPrefix("Bearer") == true, "\(headers)")
            #expect(!answer.text.contains(RunningServer.key), "\(headers)")
          }
        }
      }
    }

    @Test func keysFromAFileAreReadAgainOnSIGHUP() throws {
      try onStage { stage in
        let file = stage.path("keys")
        // `printf third | sha256sum`
        let digest = "b1e99324505bd32da0e1f85dcf5e19a09db0481e8a15f62c41eb320304a8e927"
        try "# ours\nfirst\n\nsecond\n".write(toFile: file, atomically: false, encoding: .utf8)
        let server = try stage.server(
          try stage.database(rows: 1), ["--api-keys-file", file], ["ROSTER_API_KEYS": ""])
        func status(_ key: String) throws -> Int {
          try server.ask("GET", "/customer/1", headers: ["X-CUTSOM-AUTH: \(key)"]).status
        }
        #expect(try [status("first"), status("second"), status("third")] == [200, 200, 401])
        try "second\nname:sha256:\(digest)\n".write(toFile: file, atomically: false, encoding: .utf8)
        server.process.signal(SIGHUP)
        _ = try wait(for: "the keys to be read again") { server.events("keys_reloaded").first }
        #expect(try [status("first"), status("second"), status("third")] == [401, 200, 200])
      }
    }

    @Test func requestIDsGoInAndOut() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 1))
        let key = "X-CUTSOM-AUTH: \(RunningServer.key)"
        for path in ["/customer/1", "/customer/2", "/nowhere", "/livez"] {
          let answer = try server.ask("GET", path, headers: [key, "X-Request-Id: trace-1.a_b:2"])
          #expect(answer["X-Request-Id"] == "trace-1.a_b:2", "\(path)")
        }
        var made: Set<String> = []
        for _ in 1...5 { made.insert(try server.ask("GET", "/customer/1")["X-Request-Id"] ?? "") }
        #expect(made.count == 5 && !made.contains(""))
        // What would be at home in no log line is not taken over.
        for unfit in ["a b", "a\"b", String(repeating: "x", count: 1000)] {
          let answer = try server.ask("GET", "/customer/1", headers: [key, "X-Request-Id: \(unfit)"])
          #expect(answer.status == 200)
          #expect(answer["X-Request-Id"].map { $0 != unfit && !$0.isEmpty } == true)
        }
      }
    }

    @Test func headIsGetWithoutTheBody() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 150))
        let connection = try server.connect()
        for target in [
          "/customer/1", "/customer/777", "/customers?previous_id=0", "/livez", "/readyz", "/nowhere",
        ] {
          try connection.send(RunningServer.request("HEAD", target))
          let head = try connection.answer(toHead: true)
          // Bytes of a body would be taken for the next answer.
          try connection.send(RunningServer.request("GET", target))
          let full = try connection.answer()
          #expect(head.status == full.status, "\(target)")
          #expect(head["Content-Type"] == full["Content-Type"], "\(target)")
          if full.status == 200 { #expect(head["Content-Length"] == full["Content-Length"], "\(target)") }
          #expect(!full.body.isEmpty, "\(target)")
        }
      }
    }

    @Test func otherMethodsAreNotAllowed() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 1))
        for (path, allowed) in [
          ("/customers", ["GET", "HEAD", "POST"]), ("/customer/1", ["GET", "HEAD"]),
          ("/livez", ["GET", "HEAD"]),
          ("/readyz", ["GET", "HEAD"]),
        ] {
          for method in ["POST", "PUT", "DELETE", "PATCH"] where !allowed.contains(method) {
            let answer = try server.ask(method, path)
            try checkProblem(answer, 405, "Method Not Allowed", "\(method) \(path)")
            let given = answer["Allow"]?.components(separatedBy: ", ").sorted() ?? []
            #expect(given.filter { $0 != "OPTIONS" } == allowed, "\(method) \(path)")
          }
        }
      }
    }

    @Test func pathsAreExactAndNeverRedirect() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 1))
        for path in [
          "/nowhere", "/customer", "/customer/", "/customer/1/", "/customers/", "/customer/1/2",
          "//customers",
          "/Customers", "/customers/../customer/1",
        ] {
          try checkProblem(server.ask("GET", "\(path)?previous_id=0"), 404, "Not Found", path)
        }
      }
    }

    @Test func probesNeedNoKey() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database())
        for path in ["/livez", "/readyz"] {
          let answer = try server.ask("GET", path, headers: [])
          #expect(answer.status == 200, "\(path)")
          #expect(answer["Content-Type"] == "application/json")
          #expect(try (answer.json() as? [String: Any])?["status"] is String)
        }
      }
    }

    @Test func requestsInOnePacketAreAnsweredInOrder() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 40))
        let connection = try server.connect()
        try connection.send((1...40).map { RunningServer.request("GET", "/customer/\($0)") }.joined())
        for id in 1...40 {
          let customer = try connection.answer().json() as? [String: Any]
          #expect(customer?["customer_id"] as? Int == id)
        }
      }
    }

    @Test func smugglingShapesAreRefused() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 1))
        let key = "X-CUTSOM-AUTH: \(RunningServer.key)\r\n"
        for (what, head) in [
          (
            "both lengths",
            "POST /customers HTTP/1.1\r\nHost: a\r\n\(key)Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
          ),
          (
            "two lengths",
            "POST /customers HTTP/1.1\r\nHost: a\r\n\(key)Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"
          ),
          ("no host", "GET /customer/1 HTTP/1.1\r\n\(key)\r\n"),
          ("blank before the colon", "GET /customer/1 HTTP/1.1\r\nHost : a\r\n\(key)\r\n"),
          ("bare line feeds", "GET /customer/1 HTTP/1.1\nHost: a\n\(key)\n"),
          ("folded header", "GET /customer/1 HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\(key)\r\n"),
        ] {
          let connection = try server.connect()
          try connection.send(head)
          #expect(try connection.answer().status == 400, "\(what)")
          #expect(connection.isAtEnd(), "\(what)")
        }
      }
    }
  }
}
