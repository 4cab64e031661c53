import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// What PostgreSQL has to grant the server's role is what docs/operations.md says, and no more.
  @Suite struct PrivilegeTests {
    /// The statements of the document, for the database `postgres`.
    private static func grants() throws -> String {
      let page = try String(contentsOfFile: "\(TestRun.root)/docs/operations.md", encoding: .utf8)
      let begin = "CREATE ROLE roster_server"
      let block = page.split(separator: "```sql\n").first { $0.hasPrefix(begin) }?.split(separator: "```")
        .first
      return try #require(block.map(String.init)).replacing("DATABASE roster ", with: "DATABASE postgres ")
    }

    @Test func theRoleOfTheDocumentIsEnough() throws {
      try onStage { stage in
        let cluster = try PrivateCluster()
        let owner = try stage.database(rows: 3, on: cluster)
        try owner.query(
          "SELECT setval('customers_customer_id_seq', 3); REVOKE ALL ON DATABASE postgres FROM PUBLIC")
        _ = try owner.query(Self.grants())
        let source = try stage.sqlServer(SQLServer.users(25))
        let server = try stage.server(
          Database(owner.url.replacing("user=postgres", with: "user=roster_server"), stage), [],
          source.environment)
        try waitUntil("it to be ready", within: 10) { try server.ask("GET", "/readyz").status == 200 }

        for path in ["/customers?previous_id=0", "/customers/watermark", "/rest/v1/customers/"] {
          #expect(try server.ask("GET", path).status == 200, "\(path)")
        }
        func send(_ method: String, _ path: String, _ body: String) throws -> Response {
          let connection = try server.connect()
          try connection.send(
            RunningServer.request(
              method, path,
              headers: [
                "X-CUTSOM-AUTH: \(RunningServer.key)", "Idempotency-Key: \(method)\(body.utf8.count)",
              ],
              type: "application/json", body: body))
          return try connection.answer()
        }
        let added = try send("POST", "/rest/v1/customers/", #"{"phone":"9025163001","firstname":"Ян"}"#)
        #expect(added.status == 201, "\(added.text)")
        let path = try #require(added["Location"])
        for body in [#"{"gender":"F","firstname":"Ким"}"#, #"{"phone":"9025163002"}"#] {
          let changed = try send("PATCH", path, body)
          #expect(changed.status == 200, "\(changed.text)")
        }
        let id = path.filter(\.isNumber).dropFirst()
        let favorite = try send("POST", "/rest/v1/favorites/", #"{"user_id":\#(id),"item_id":10}"#)
        #expect(favorite.status == 201, "\(favorite.text)")
        #expect(try send("DELETE", "/rest/v1/favorites/", #"{"id":[1]}"#).status == 200)
        #expect(try server.ask("DELETE", path).status == 200)

        let rows = try server.importFile("customer_id,first_name\n50000000,Ada\n,Grace\n")
        #expect(rows.counts == [2, 2, 0], "\(rows)")
        let users = try server.ask("POST", "/grpc/v1/service/import_customers")
        #expect(users.status == 200 && users.text.contains(#""inserted":25"#), "\(users.text)")
        #expect(try server.ask("POST", "/grpc/v1/service/import_customers").status == 200)
      }
    }
  }
}
