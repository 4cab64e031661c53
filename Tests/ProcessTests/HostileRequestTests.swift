import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// Requests that two servers in a row could read in two ways, in odd cuts, with odd methods: the same promises as in
  /// the tests of the parser and of a live socket, by the program that is released.
  @Suite struct HostileRequestTests {
    private static let key = "X-CUTSOM-AUTH: \(RunningServer.key)\r\n"

    /// Status, and what stands between the request line and the end of the head.
    private static let fields: [(Int, String)] = [
      (400, "Host: a\r\nHost: b"), (400, "Host: a\r\nHost: a"), (400, "Host : a"), (400, "Host: a/b"),
      (400, "Host: a, b"),
      (400, "X: y"), (400, "Host: a\r\nContent-Length: 1\r\nContent-Length: 2"),
      (400, "Host: a\r\nContent-Length: 1, 1"), (400, "Host: a\r\nContent-Length: +1"),
      (400, "Host: a\r\nContent-Length: 0x1"), (400, "Host: a\r\nContent-Length: -1"),
      (400, "Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked"),
      (400, "Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1"),
      (400, "Host: a\r\nTransfer-Encoding: chunked, identity"),
      (400, "Host: a\r\nTransfer-Encoding: xchunked"),
      (400, "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
      (400, "Host: a\r\nTransfer-Encoding : chunked"), (400, "Host: a\r\nTransfer-Encoding:\u{0B}chunked"),
      (501, "Host: a\r\nTransfer-Encoding: gzip, chunked"), (400, "Host: a\r\nX: 1\r\n folded"),
      (400, "Host: a\r\n\rX: 1"), (400, "Host: a\r\nX: a\rb"), (400, "Host: a\r\nX: a\0b"),
      (400, "Host: a\r\nX\nY: 1"),
      (400, "Host: a\r\n: nameless"), (400, "Host: a\r\nTwo words: 1"),
      (413, "Host: a\r\nContent-Length: 99999999999"),
      (417, "Host: a\r\nExpect: a-miracle"),
    ]

    private static let lines: [(Int, String)] = [
      (400, "GET  /customer/1 HTTP/1.1"), (400, "GET /customer/1  HTTP/1.1"),
      (400, "GET /customer/1 HTTP/1.1 "),
      (400, "GET\t/customer/1 HTTP/1.1"), (400, "GET /customer/1"), (400, "GET customer/1 HTTP/1.1"),
      (400, "G(T /customer/1 HTTP/1.1"), (400, "GET /customer/1#x HTTP/1.1"),
      (400, "GET /customer/\0 HTTP/1.1"),
      (400, "CONNECT a:80 HTTP/1.1"), (505, "GET /customer/1 HTTP/2.0"), (400, "GET /customer/1 HTTP/1.10"),
      (400, "GET /customer/1 http/1.1"), (400, "GET http://u:p@a/customer/1 HTTP/1.1"),
    ]

    @Test func refusedOnceAndNothingBehindIsRead() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 1))
        let smuggled = "GET /customer/1 HTTP/1.1\r\nHost: a\r\n\(Self.key)\r\n"
        let cases =
          Self.fields.map { ($0.0, "POST /customers?previous_id=0 HTTP/1.1\r\n\(Self.key)\($0.1)\r\n\r\n") }
          + Self.lines.map { ($0.0, "\($0.1)\r\nHost: a\r\n\(Self.key)\r\n") }
        for (status, text) in cases {
          for isInPieces in [false, true] {
            let connection = try server.connect()
            if isInPieces {
              // Refused before its end, perhaps.
              for byte in (text + smuggled).utf8 where (try? connection.send([byte])) == nil { break }
            } else {
              try connection.send(text + smuggled)
            }
            let answer = try connection.answer()
            #expect(answer.status == status, "\(text.debugDescription)")
            #expect(answer["Connection"] == "close", "\(text.debugDescription)")
            #expect(answer["Content-Type"] == "application/problem+json")
            #expect(connection.isAtEnd(), "\(text.debugDescription)")
          }
        }
        // None of it was taken for a request of the route behind.
        let text = try PrometheusText(server.ask("GET", "/metrics").text)
        #expect(text.samples("roster_http_requests_total", ["route": "/customer/{id}"]).isEmpty)
      }
    }

    /// A line of requests of all shapes, sent in pieces of any length, is answered one by one in its order.
    @Test(arguments: [1, 2, 3])
    func pipelinesInOddCuts(seed: UInt64) throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 100))
        var random = SeededGenerator(seed: seed)
        var text: [UInt8] = []
        var expected: [(status: Int, length: Int, isHead: Bool)] = []
        for _ in 0..<200 {
          let id = Int.random(in: 1...100, using: &random)
          func add(_ request: String, _ status: Int, rows: Int = 0, isHead: Bool = false) {
            text += Array(request.utf8)
            expected.append((status, rows, isHead))
          }
          switch Int.random(in: 0..<8, using: &random) {
          case 0: add(RunningServer.request("HEAD", "/customer/\(id)"), 200, isHead: true)
          case 1: add(RunningServer.request("GET", "/nowhere"), 404)
          case 2: add(RunningServer.request("BREW", "/customers"), 405)
          case 3: add(RunningServer.request("GET", "/customers?previous_id=x"), 400)
          case 4:
            let body = #"{"previous_id":0,"records":\#(id)}"#
            add(
              RunningServer.request("POST", "/customers", type: "application/json", body: body), 200, rows: id
            )
          case 5:
            let body = "previous_id=0&records=\(id)"
            let head =
              "POST /customers HTTP/1.1\r\nHost: a\r\n\(Self.key)Transfer-Encoding: chunked\r\n"
              + "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
            let chunks = body.map { "1;x=y\r\n\($0)\r\n" }.joined()
            add("\(head)\(chunks)0\r\nX-Trailer: 1\r\n\r\n", 200, rows: id)
          case 6:
            // A body that nobody wants is read over.
            add(
              RunningServer.request(
                "GET", "/customer/1", headers: [], type: "text/plain", body: "GET / HTTP/1.1\r\n\r\n"),
              401)
          default: add(RunningServer.request("GET", "/customer/\(id)"), 200)
          }
        }
        let connection = try server.connect()
        let sender = Locked<(any Error)?>(nil)
        let pieces = Self.pieces(of: text, &random)
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
          do {
            for piece in pieces { try connection.send(piece) }
          } catch {
            sender.withLock { $0 = error }
          }
          done.signal()
        }
        for (index, wanted) in expected.enumerated() {
          let answer = try connection.answer(toHead: wanted.isHead)
          #expect(answer.status == wanted.status, "answer \(index)")
          if wanted.length > 0 { #expect(try answer.identifiers().count == wanted.length, "answer \(index)") }
        }
        done.wait()
        #expect(sender.withLock { $0 } == nil)
      }
    }

    private static func pieces(of text: [UInt8], _ random: inout SeededGenerator) -> [[UInt8]] {
      var pieces: [[UInt8]] = []
      var rest = text[...]
      while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 1...120, using: &random))
        pieces.append(Array(piece))
        rest = rest.dropFirst(piece.count)
      }
      return pieces
    }

    @Test func expectationsAreMetOrRefused() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 5))
        let body = #"{"previous_id":0}"#
        func head(_ path: String, _ length: Int, _ key: String = HostileRequestTests.key) -> String {
          "POST \(path) HTTP/1.1\r\nHost: a\r\n\(key)Content-Type: application/json\r\n"
            + "Content-Length: \(length)\r\nExpect: 100-continue\r\n\r\n"
        }
        let connection = try server.connect()
        for _ in 0..<3 {
          try connection.send(head("/customers", body.utf8.count))
          #expect(try connection.answer().status == 100)
          try connection.send(body)
          #expect(try connection.answer().identifiers() == [1, 2, 3, 4, 5])
        }
        // Who would be refused anyway is not asked for the body.
        for (path, length, key, status) in [
          ("/customers", 1_000_000, Self.key, 413), ("/customers", 10, "", 401),
          ("/nowhere", 10, Self.key, 404),
          ("/livez", 10, Self.key, 405),
        ] {
          let connection = try server.connect()
          try connection.send(head(path, length, key))
          #expect(try connection.answer().status == status)
          #expect(connection.isAtEnd())
        }
      }
    }

    @Test func unknownMethodsAreToldWhatThereIs() throws {
      try onStage { stage in
        let server = try stage.server(try stage.database(rows: 1))
        for (path, allow) in [
          ("/customers", "GET, HEAD, OPTIONS, POST"), ("/customer/1", "GET, HEAD, OPTIONS"),
          ("/metrics", "GET, HEAD, OPTIONS"), ("/livez", "GET, HEAD, OPTIONS"),
        ] {
          for method in ["BREW", "get", "TRACE", "PROPFIND", "M-SEARCH", "X"] {
            let answer = try server.ask(method, path, headers: [])
            try checkProblem(answer, 405, "Method Not Allowed", "\(method) \(path)")
            #expect(answer["Allow"] == allow)
          }
          let options = try server.ask("OPTIONS", path, headers: [])
          #expect(options.status == 204 && options["Allow"] == allow)
        }
        #expect(try server.ask("OPTIONS", "*", headers: []).status == 204)
        #expect(try server.ask("BREW", "/nowhere", headers: []).status == 404)
      }
    }
  }
}
