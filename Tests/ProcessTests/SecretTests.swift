import Foundation
import Testing

extension ProcessTests {
  /// Passwords and keys show neither among the processes nor in what the programs say.
  @Suite struct SecretTests {
    private static let password = "Pa55word-of-the-tests"
    private static let key = "k3y-of-the-tests"

    /// The database's URL with a password in it. Where the real one needs none, nobody looks at it.
    private func secretURL(_ database: Database) -> String {
      guard let at = database.url.range(of: "@"), let scheme = database.url.range(of: "://") else {
        return database.url
      }
      let user = database.url[scheme.upperBound..<at.lowerBound].prefix { $0 != ":" }
      return "\(database.url[..<scheme.upperBound])\(user):\(Self.password)\(database.url[at.lowerBound...])"
    }

    private func check(_ text: String, _ what: String, location: SourceLocation = #_sourceLocation) {
      #expect(!text.contains(Self.password), "\(what): \(text)", sourceLocation: location)
      #expect(!text.contains(Self.key), "\(what): \(text)", sourceLocation: location)
    }

    @Test func theServersArgumentsAndLog() throws {
      try onStage { stage in
        let database = try stage.database(rows: 10, on: Cluster.own.get())
        let process = try stage.start(
          .server,
          [
            secretURL(database), "serve", "--port", "0", "--log", "json", "--log-level", "debug",
            "--api-keys=\(Self.key)",
          ])
        let server = try stage.running(process)
        check(process.commandLine, "the arguments")
        #expect(
          process.commandLine.contains("serve"), "the rest of the arguments stays: \(process.commandLine)")
        let key = "X-CUTSOM-AUTH: \(Self.key)"
        check(try server.ask("GET", "/metrics", headers: [key]).text, "the metrics")
        #expect(try server.ask("GET", "/customer/1", headers: [key]).status == 200)
        for headers in [["Authorization: Bearer \(Self.key)"], ["X-CUTSOM-AUTH: x\(Self.key)"]] {
          check(try server.ask("GET", "/customer/99", headers: headers).text, "an answer")
        }
        try database.query(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()
          """)
        try database.query("ALTER TABLE customers RENAME TO elsewhere")
        try waitUntil("a failed request") {
          let answer = try server.ask("GET", "/customer/1", headers: [key])
          check(answer.text, "an error")
          #expect(!answer.text.contains("SELECT") && !answer.text.contains("elsewhere"), "\(answer.text)")
          return answer.status == 500
        }
        server.process.signal(SIGTERM)
        try process.waitForEnd(within: 5)
        #expect(!server.events("request").isEmpty && !server.events("request_failed").isEmpty)
        check(process.errors, "the log")
        check(process.output, "the output")
      }
    }

    /// Every secret that a server may be given, every way it may come out: the log in both forms, answers to right and
    /// wrong requests, metrics, probes, the list of processes; while all is well and while the database is away.
    @Test func noSecretComesOutAnywhere() throws {
      try onStage { stage in
        let cluster = try Cluster.own.get()
        let database = try stage.database(rows: 10, on: cluster)
        let file = stage.path("keys")
        let made = try stage.run(.server, ["key", "new", "hashed"]).output.split(separator: "\n")
        try "plain-secret-of-the-file\n\(made[1])\n".write(toFile: file, atomically: true, encoding: .utf8)
        let guess = "given-as-a-guess"
        let secrets = [Self.password, Self.key, "plain-secret-of-the-file", String(made[0]), guess]
        let variables = ["DATABASE_URL": secretURL(database), "ROSTER_API_KEYS": Self.key]
        let options = ["--log-level", "debug", "--api-keys-file", file]
        let json = try stage.server(database, options, variables)
        let port = try freePort()
        let text = try stage.start(
          .server, ["serve", "--port", "\(port)", "--log", "text"] + options, variables)
        try waitUntil("the second server to listen") { text.errors.contains("info listening ") }

        var said: [String] = []
        func ask() throws {
          let targets = secrets.flatMap { secret in
            [
              ("/customer/1", "X-CUTSOM-AUTH: \(secret)"), ("/customer/1", "Authorization: Bearer \(secret)"),
              ("/customer/1", "Authorization: Basic \(secret)"), ("/metrics", "X-CUSTOM-AUTH: \(secret)"),
              ("/readyz", "X-CUTSOM-AUTH: \(secret)"),
              ("/customers?previous_id=0&key=\(secret)", "Cookie: \(secret)"),
              ("/customers?previous_id=\(secret)", "X-CUTSOM-AUTH: \(Self.key)"),
            ]
          }
          for (target, header) in targets {
            for port in [json.port, port] {
              let connection = try ClientConnection(port: port)
              try connection.send(RunningServer.request("GET", target, headers: [header]))
              let answer = try connection.answer()
              said.append(answer.text + answer.headers.map { "\($0.name): \($0.value)" }.joined())
            }
          }
        }
        try ask()
        try "plain-secret-of-the-file\nname:sha256:\(guess)\n".write(
          toFile: file, atomically: true, encoding: .utf8)
        for process in [json.process, text] {
          process.signal(SIGHUP)
          try waitUntil("the broken file to be told of") { process.errors.contains("keys_not_reloaded") }
        }
        try cluster.stop()
        defer { try? cluster.start() }
        for process in [json.process, text] {
          try waitUntil("the loss to be told of") { process.errors.contains("database_unreachable") }
        }
        try ask()
        for process in [json.process, text] {
          said.append(process.commandLine)
          process.signal(SIGTERM)
          try process.waitForEnd(within: 20)
          said.append(process.errors + process.output)
        }
        #expect(json.events("request").count >= 70)
        #expect(text.errors.components(separatedBy: " request ").count >= 70)
        for secret in secrets {
          let place = said.firstIndex { $0.contains(secret) }
          #expect(place == nil, "\(secret) in: \(place.map { said[$0].suffix(300) } ?? "")")
        }
      }
    }

    @Test func theGeneratorsArguments() throws {
      try onStage { stage in
        let cluster = try Cluster.own.get()
        let database = try stage.database(on: cluster)
        for option in [["--database", secretURL(database)], ["--database=\(secretURL(database))"]] {
          let child = try stage.start(
            .generator, ["--rows", "500000", "--replace", "--patience", "1s"] + option)
          try waitUntil("rows on their way") {
            try database.number("SELECT count(*) FROM pg_stat_progress_copy") > 0
          }
          check(child.commandLine, "the arguments")
          #expect(child.commandLine.contains("--rows"), "\(child.commandLine)")
          // What a database says when it goes away is about the connection.
          try cluster.stop()
          defer { try? cluster.start() }
          #expect(try child.waitForEnd(within: 20) == .exited(4))
          #expect(child.errors.contains("generator: "), "\(child.errors)")
          check(child.errors + child.output, "what it says")
        }
      }
    }

    @Test func connectionsThatFail() throws {
      try onStage { stage in
        let port = try freePort()
        for url in [
          "postgresql://roster:\(Self.password)@127.0.0.1:\(port)/roster",
          "postgresql://roster:\(Self.password)@127.0.0.1:\(port)/roster?sslmode=nonsense",
          "postgresql://roster:\(Self.password)@127.0.0.1:0x5/roster",
          "postgresql://roster:\(Self.password)@[::1/roster",
          "mysql://roster:\(Self.password)@127.0.0.1/roster",
          "postgresql://roster:\(Self.password)%zz@127.0.0.1/roster",
          "host=127.0.0.1 port=\(port) password=\(Self.password) nonsense=1",
          "host=127.0.0.1 port=\(port) password='\(Self.password)",
        ] {
          for (program, arguments) in [
            (Program.server, [url, "serve", "--port", "0", "--api-keys", Self.key]),
            (.server, [url, "migrate", "status"]), (.generator, ["--rows", "1", "--database", url]),
          ] {
            let child = try stage.run(program, arguments, within: 15)
            #expect(child.ending != .exited(0), "\(url)")
            #expect(!child.errors.isEmpty, "\(url)")
            check(child.errors + child.output, url)
          }
        }
      }
    }

    @Test func theExportersArgumentsAndState() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 20_000), [], ["ROSTER_API_KEYS": Self.key])
        let proxy = try CountingProxy(upstream: server.port, hold: 0.05)
        defer { proxy.close() }
        for (name, option) in [
          ("customers1.csv", ["--key", Self.key]), ("customers2.csv", ["--key=\(Self.key)"]),
        ] {
          var command = stage.export(proxy.url, to: name, option + ["--records", "100"])
          command.environment = [:]
          let child = try stage.start(command)
          try waitUntil("rows on disk") { command.progress > 10_000 }
          check(child.commandLine, "the arguments")
          #expect(child.commandLine.contains("--records"), "\(child.commandLine)")
          child.signal(SIGTERM)
          try child.waitForEnd(within: 5)
          check(child.errors + child.output, "what it says")
          for name in try FileManager.default.contentsOfDirectory(atPath: stage.folder)
          where name.hasPrefix("customers") {
            check(
              String(decoding: try Data(contentsOf: URL(filePath: stage.path(name))), as: UTF8.self), name)
          }
        }
      }
    }
  }
}
