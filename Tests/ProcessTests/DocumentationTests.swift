import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// The document is true of the server that gives it out, and the pages work in a browser.
  @Suite struct DocumentationTests {
    /// A program of the Python packages for tests; `scripts/setup` makes the folder.
    private func python(_ program: String) -> String { "\(TestRun.root)/generated/venv/bin/\(program)" }

    private func documented(_ stage: Stage) throws -> (server: RunningServer, file: String) {
      let source = try stage.sqlServer(SQLServer.users(3))
      let database = try stage.database(rows: 50)
      // Ids that were given and not drawn are in the way of those that will be.
      try database.query("SELECT setval('customers_customer_id_seq', 50)")
      let server = try stage.server(database, ["--swagger-ui", Self.swaggerUI], source.environment)
      let answer = try server.ask("GET", "/openapi.json", headers: [])
      #expect(answer.status == 200)
      let file = stage.path("openapi.json")
      try Data(answer.body).write(to: URL(filePath: file))
      return (server, file)
    }

    private static let swaggerUI = "\(TestRun.root)/generated/swagger-ui"

    @Test func theDocumentIsOpenAPI() throws {
      try onStage { stage in
        let file = try documented(stage).file
        let check = try stage.start([python("openapi-spec-validator"), "--schema", "3.1.0", file])
        try check.waitForEnd(within: 120)
        #expect(check.ending == .exited(0), "\(check.output)\(check.errors)")
        let examples = try stage.start([
          python("python3"), "\(TestRun.root)/Tests/Support/check_examples.py", file, "100",
        ])
        try examples.waitForEnd(within: 60)
        #expect(examples.ending == .exited(0), "\(examples.errors)")
      }
    }

    /// What a client gets that has no key, on the routes of both tasks, is what the document says of them.
    @Test func problemsAreWrittenAsDocumented() throws {
      try onStage { stage in
        let (server, file) = try documented(stage)
        let document = try #require(
          try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file))) as? [String: Any])
        for (path, hasSuccess) in [("/customers", false), ("/rest/v1/customers/", true)] {
          let operation = ((document["paths"] as? [String: Any])?[path] as? [String: Any])?["get"]
          let answers = (operation as? [String: Any])?["responses"] as? [String: [String: Any]]
          let name = hasSuccess ? "UnauthorizedWithSuccess" : "Unauthorized"
          #expect(answers?["401"]?["$ref"] as? String == "#/components/responses/\(name)")
          let answer = try server.ask("GET", path, headers: [])
          let problem = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
          #expect(answer.status == 401 && (problem?["success"] != nil) == hasSuccess, "\(path)")
        }
      }
    }

    /// Each documented path answers something else than 404 for a path, and 405 names exactly the documented methods.
    @Test func whatIsDocumentedIsServed() throws {
      try onStage { stage in
        let (server, file) = try documented(stage)
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file)))
        let paths = try #require((document as? [String: Any])?["paths"] as? [String: [String: Any]])
        #expect(paths.count >= 10)
        for (path, operations) in paths {
          let target = path.replacingOccurrences(of: #"\{\w+\}"#, with: "1", options: .regularExpression)
          let answer = try server.ask("PUT", target, headers: [])
          var methods = Set(operations.keys.map { $0.uppercased() } + ["OPTIONS"])
          if methods.contains("PUT") { continue }
          if methods.contains("GET") { methods.insert("HEAD") }
          #expect(answer.status == 405, "\(path)")
          #expect(answer["Allow"] == methods.sorted().joined(separator: ", "), "\(path)")
        }
      }
    }

    /// Where a body is required its length is; that it may be none is the handler's to judge.
    @Test func requiredBodiesAreRequired() throws {
      try onStage { stage in
        let (server, file) = try documented(stage)
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file)))
        let paths = try #require((document as? [String: Any])?["paths"] as? [String: [String: Any]])
        var required: [String] = []
        for (path, operations) in paths {
          let target = path.replacingOccurrences(of: #"\{\w+\}"#, with: "1", options: .regularExpression)
          for (method, operation) in operations where method != "get" {
            let body = (operation as? [String: Any])?["requestBody"] as? [String: Any]
            let isRequired = body?["required"] as? Bool == true
            if isRequired { required.append("\(method) \(path)") }
            let none = try server.ask(method.uppercased(), target)
            #expect((none.status == 411) == isRequired, "\(method) \(path): \(none.status)")
            let empty = try server.ask(method.uppercased(), target, body: "")
            #expect(empty.status != 411, "\(method) \(path)")
          }
        }
        #expect(
          required.sorted() == [
            "delete /rest/v1/favorites/", "patch /rest/v1/customers/{customer_id}/", "post /customers/import",
            "post /rest/v1/customers/", "post /rest/v1/favorites/",
          ])
      }
    }

    /// The document is packed before anybody asks.
    @Test func theDocumentIsCompressedOnce() throws {
      try onStage { stage in
        let server = try documented(stage).server
        let plain = try server.ask("GET", "/openapi.json", headers: ["Accept-Encoding: identity"])
        #expect(plain["Content-Encoding"] == nil && plain["Vary"] == "Accept-Encoding")
        let packed = try server.ask("GET", "/openapi.json", headers: ["Accept-Encoding: gzip"])
        #expect(packed["Content-Encoding"] == "gzip" && packed["Vary"] == "Accept-Encoding")
        #expect(packed["ETag"] == plain["ETag"])
        let file = stage.path("openapi.json.gz")
        try Data(packed.body).write(to: URL(filePath: file))
        let child = try stage.start(["/usr/bin/gzip", "-dc", file])
        #expect(try child.waitForEnd() == .exited(0), "\(child.errors)")
        #expect(Array(child.outputData) == plain.body)
        let metrics = try PrometheusText(server.ask("GET", "/metrics").text)
        #expect(metrics.samples("roster_http_compressed_total").allSatisfy { $0.value == 0 })
      }
    }

    /// Thousands of requests made from the document, right and wrong ones, with all of the tool's checks: that wrong
    /// ones are refused and right ones are not, that answers are those of the document, that no key opens nothing.
    @Test func requestsMadeFromTheDocumentFindNothing() throws {
      try onStage { stage in
        let server = try documented(stage).server
        let run = try stage.start(
          [
            // It keeps notes in the folder where it runs.
            "/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", stage.folder, python("schemathesis"),
            "--config-file",
            "\(TestRun.root)/Tests/Support/schemathesis.toml", "run",
            "\(server.url)/openapi.json", "--header",
            "X-CUTSOM-AUTH: \(RunningServer.key)", "--checks", "all", "--max-examples",
            Scale.isFull ? "300" : "15", "--seed", "1", "--continue-on-failure", "--suppress-health-check",
            "all",
            "--no-color",
          ], ["PYTHONUTF8": "1"])
        try run.waitForEnd(within: 300)
        #expect(run.ending == .exited(0), "\(run.output.suffix(8000))\(run.errors)")
        #expect(run.output.contains("No issues found"))
        #expect(server.process.isRunning)
      }
    }

    @Test(.enabled(if: access("/usr/bin/chromium", X_OK) == 0, "scripts/setup installs Debian's chromium"))
    func thePagesWorkInABrowser() throws {
      try onStage { stage in
        let server = try documented(stage).server
        let script = "\(TestRun.root)/Tests/Support/swagger_ui.py"
        // They stay, to be looked at.
        let pictures = "\(TestRun.root)/generated/pictures"
        try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true)
        let run = try stage.start([python("python3"), script, server.url, RunningServer.key, pictures])
        try run.waitForEnd(within: 180)
        #expect(run.ending == .exited(0), "\(run.output)\(run.errors)")
      }
    }

    @Test func filesAreKeptForGoodUnderTheirVersionAlone() throws {
      try onStage { stage in
        let server = try documented(stage).server
        let answer = try server.ask("GET", "/api/docs/", headers: [])
        #expect(
          answer["Content-Security-Policy"]
            == "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
            + "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        let page = answer.text
        let address = try #require(
          page.firstMatch(of: #/"(\/api\/docs\/swagger-ui-bundle\.js\?v=[\d.]+)"/#)?.1)
        let plain = try server.ask("GET", String(address), headers: [])
        #expect(plain["Cache-Control"] == "public, max-age=31536000, immutable")
        let file = try Data(contentsOf: URL(filePath: "\(Self.swaggerUI)/swagger-ui-bundle.js"))
        #expect(Data(plain.body) == file)
        let packed = try server.ask("GET", String(address), headers: ["Accept-Encoding: gzip"])
        #expect(packed["Content-Encoding"] == "gzip" && packed.body.count < plain.body.count / 3)
        let other = try server.ask("GET", "/api/docs/swagger-ui-bundle.js?v=0", headers: [])
        #expect(other["Cache-Control"] == "no-cache")
        let tag = try #require(other["ETag"])
        let known = try server.ask(
          "GET", "/api/docs/swagger-ui-bundle.js", headers: ["If-None-Match: \(tag)"])
        #expect(known.status == 304 && known.body.isEmpty)
        for name in ["VERSION", "..%2F..%2FREADME.md", "swagger-ui.css.gz", "%2e%2e", "start.jsx"] {
          #expect(try server.ask("GET", "/api/docs/\(name)", headers: []).status == 404, "\(name)")
        }
      }
    }

    @Test func withoutSwaggerUIThePageSaysHowToGetIt() throws {
      try onStage { stage in
        let database = try stage.database(rows: 1)
        // Away from the checkout it is found nowhere.
        let server = try stage.running(
          try stage.start(
            ["/bin/sh", "-c", "cd / && exec \"$0\" serve --port 0 --log json", try copiedServer(stage)],
            ["DATABASE_URL": database.url, "ROSTER_API_KEYS": RunningServer.key]))
        let answer = try server.ask("GET", "/api/docs/", headers: [])
        #expect(answer.status == 404 && answer.text.contains("scripts/swagger-ui"))
        #expect(try server.ask("GET", "/openapi.json", headers: []).status == 200)
        let first = try server.ask("GET", "/", headers: []).text
        #expect(first.contains("/openapi.json") && !first.contains("href=\"/api/docs/\""))
        let wrong = try stage.run(
          .server, [database.url, "serve", "--swagger-ui", stage.folder, "--api-keys", "k"])
        #expect(wrong.ending == .exited(2) && wrong.errors.contains("does not hold Swagger UI"))
      }
    }

    private func copiedServer(_ stage: Stage) throws -> String {
      let copy = stage.path("server")
      try FileManager.default.copyItem(atPath: try Program.server.path(), toPath: copy)
      return copy
    }

    /// What the page shows of the request is shown as text.
    @Test func theFirstPageTellsWhatItIsAndHowItIs() throws {
      try onStage { stage in
        let server = try documented(stage).server
        let page = try server.ask("GET", "/", headers: [])
        #expect(page.text.contains("Ready") && page.text.contains("/api/docs/"))
        #expect(page["Content-Security-Policy"]?.contains("default-src 'none'") == true)
        #expect(page["Cache-Control"] == "no-store")
        let connection = try server.connect()
        try connection.send("GET / HTTP/1.1\r\nHost: a'b&c:80\r\n\r\n")
        let odd = try connection.answer()
        #expect(odd.status == 400 || odd.text.contains("a&#39;b&amp;c:80"))
      }
    }
  }
}
