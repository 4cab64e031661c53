import Foundation
import Testing

extension ProcessTests {
  /// Registered customers and favorites, as the released server gives them.
  @Suite struct RestProcessTests {
    private static let customers = "/rest/v1/customers/"
    private static let favorites = "/rest/v1/favorites/"

    private func send(
      _ server: RunningServer, _ method: String, _ target: String, _ body: String
    ) throws -> Response {
      try Self.send(server.port, method, target, body)
    }

    /// For threads, which share no more than the port.
    private static func send(
      _ port: Int, _ method: String, _ target: String, _ body: String, key: String? = nil
    ) throws -> Response {
      let connection = try ClientConnection(port: port)
      try connection.send(
        RunningServer.request(
          method, target,
          headers: ["X-CUTSOM-AUTH: \(RunningServer.key)"] + (key.map { ["Idempotency-Key: \($0)"] } ?? []),
          type: "application/json", body: body))
      return try connection.answer()
    }

    @Test func everyRouteWithAndWithoutTheLastSlash() throws {
      try onStage { stage in
        let database = try stage.database(rows: 3)
        // As every load leaves it.
        try database.query("SELECT setval('customers_customer_id_seq', 3)")
        let server = try stage.server(database)
        var phone = 9_025_163_000
        for end in ["/", ""] {
          let (customers, favorites) = ("/rest/v1/customers\(end)", "/rest/v1/favorites\(end)")
          phone += 10
          let added = try send(server, "POST", customers, #"{"phone":"\#(phone)","firstname":"Виктор"}"#)
          #expect(added.status == 201)
          let id = try #require((try added.json() as? [String: Any])?["id"] as? Int)
          let one = "/rest/v1/customers/\(id)\(end)"
          #expect(try server.ask("GET", one).text == added.text)
          #expect(added.text.contains("Виктор"))
          #expect(try server.ask("HEAD", one)["ETag"] == added["ETag"])
          #expect(try send(server, "PATCH", one, #"{"gender":"F"}"#).status == 200)
          #expect(try send(server, "PATCH", one, #"{"phone":"\#(phone + 1)"}"#).status == 200)
          // The same person, by the other name.
          let row = try #require(try server.ask("GET", "/customer/\(id)").json() as? [String: Any])
          #expect(row["first_name"] as? String == "Виктор")
          #expect(row["mobile_phone"] as? String == "+7\(phone + 1)")
          #expect(try send(server, "POST", favorites, #"{"user_id":\#(id),"item_id":10}"#).status == 201)
          #expect(try send(server, "POST", favorites, #"{"user_id":\#(id),"item_id":10}"#).status == 200)
          let list = try server.ask("GET", "\(favorites)?user_id=\(id)").json() as? [String: Any]
          #expect(list?["count"] as? Int == 1)
          let favorite = try #require(((list?["items"] as? [[String: Any]])?.first)?["id"] as? Int)
          #expect(
            try send(server, "DELETE", favorites, #"{"id":[\#(favorite),77]}"#).text
              == #"{"success":true,"message":null,"data":{"count_deleted":1}}"#)
          #expect(try server.ask("GET", "\(customers)?limit=2").status == 200)
          #expect(try server.ask("DELETE", one).status == 200)
          #expect(try server.ask("GET", one).status == 404)
        }
        // What is wrong before a route's own work, in its form all the same.
        for (answer, status) in [
          (try server.ask("GET", Self.customers, headers: []), 401),
          (try server.ask("PUT", Self.favorites), 405),
          (try send(server, "POST", Self.favorites, String(repeating: " ", count: 5000)), 413),
          (try server.ask("GET", "\(Self.customers)?limit=%"), 400),
        ] {
          #expect(answer.status == status)
          #expect(answer["Content-Type"] == "application/problem+json")
          let problem = try #require(try answer.json() as? [String: Any])
          #expect(problem["success"] as? Bool == false)
          #expect(problem["message"] as? String == problem["detail"] as? String)
        }
        // Nobody else's errors have changed.
        #expect((try server.ask("GET", "/customer/77").json() as? [String: Any])?["success"] == nil)
      }
    }

    /// Clients of both loops, and of two servers, meet in the database alone.
    @Test func twoLoopsAreOneServer() throws {
      try onStage { stage in
        let database = try stage.database()
        let servers = [
          try stage.server(database, ["--loops", "2"]), try stage.server(database, ["--loops", "2"]),
        ]
        let ports = servers.map(\.port)
        for round in 0..<8 {
          let found = Tally()
          DispatchQueue.concurrentPerform(iterations: 16) { index in
            let body = #"{"phone":"902516\#(1000 + round)","firstname":"Имя\#(round)"}"#
            let answer = try? Self.send(ports[index % 2], "POST", Self.customers, body)
            found.note(answer?.status ?? 0)
          }
          #expect(found.statuses == [201: 1, 409: 15])
          let id = try database.number("SELECT max(customer_id) FROM customers")
          let liked = Tally()
          DispatchQueue.concurrentPerform(iterations: 16) { index in
            let body = #"{"user_id":\#(id),"item_id":\#(round)}"#
            liked.note((try? Self.send(ports[index % 2], "POST", Self.favorites, body))?.status ?? 0)
          }
          #expect(liked.statuses == [201: 1, 200: 15])
        }
        #expect(try database.query("SELECT count(*), (SELECT count(*) FROM phones) FROM customers") == "8|8")
      }
    }

    /// Whatever was answered is there; what was not is sent again, with its key, to the next server.
    @Test func aServerThatIsKilledWhileItWrites() throws {
      try onStage { stage in
        let database = try stage.database()
        let clients = 8
        let perClient = 12
        var done = Array(repeating: 0, count: clients)
        for round in 0..<6 {
          let server = try stage.server(database, ["--loops", "2"])
          let port = server.port
          let isLast = round == 5
          let reached = Tally()
          let enough = DispatchSemaphore(value: 0)
          let work = DispatchGroup()
          let progress = Progress(done)
          for client in 0..<clients {
            work.enter()
            Thread.detachNewThread {
              defer { work.leave() }
              while progress[client] < perClient {
                let number = progress[client]
                guard
                  let answer = try? Self.send(
                    port, "POST", Self.customers, #"{"phone":"902516\#(1000 + client * 100 + number)"}"#,
                    key: "\(client)-\(number)")
                else { return }
                reached.note(answer.status)
                guard answer.status == 201 else { return }
                progress.advance(client)
                if reached.count >= 6 { enough.signal() }
              }
              enough.signal()
            }
          }
          enough.wait()
          if !isLast { server.process.signal(SIGKILL) }
          work.wait()
          done = progress.all
          #expect(Set(reached.statuses.keys).isSubset(of: [201]))
          let answered = done.reduce(0, +)
          let there = try database.number("SELECT count(*) FROM customers")
          #expect(there >= answered && there <= answered + clients, "\(there) rows, \(answered) answered")
        }
        #expect(done.allSatisfy { $0 == perClient })
        #expect(try database.number("SELECT count(*) FROM customers") == clients * perClient)
        #expect(try database.number("SELECT count(*) FROM phones") == clients * perClient)
        #expect(try database.number("SELECT count(*) FROM idempotency_keys") == clients * perClient)
      }
    }
  }
}

/// How often each status came, noted by many threads.
///
/// SAFETY: `@unchecked Sendable` since the lock guards the counts.
private final class Tally: @unchecked Sendable {
  private let lock = NSLock()
  private var counts: [Int: Int] = [:]

  func note(_ status: Int) { lock.withLock { counts[status, default: 0] += 1 } }
  var statuses: [Int: Int] { lock.withLock { counts } }
  var count: Int { lock.withLock { counts.values.reduce(0, +) } }
}

/// How far each client is.
///
/// SAFETY: `@unchecked Sendable` since the lock guards the numbers.
private final class Progress: @unchecked Sendable {
  private let lock = NSLock()
  private var numbers: [Int]

  init(_ numbers: [Int]) { self.numbers = numbers }

  subscript(client: Int) -> Int { lock.withLock { numbers[client] } }
  func advance(_ client: Int) { lock.withLock { numbers[client] += 1 } }
  var all: [Int] { lock.withLock { numbers } }
}
