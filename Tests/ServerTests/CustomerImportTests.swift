import EventLoop
import Postgres
import TestSupport
import Testing

@testable import Server

/// What comes out of a SQL Server and goes into a real PostgreSQL.
@Suite struct CustomerImportTests {
  private static let three =
    Users.table + """
      INSERT INTO dbo.users VALUES
        (14722, '8 (902) 516-31-11', ' Виктор ', NULL, 'example@mail.ru', NULL, 'm', 0, '2024-01-09 08:45:19.0979'),
        (14738, '+7 902 516 31 12', 'Виктор', 'Ёлкин', '', '0099-12-31', 'F', 7, NULL),
        (2, NULL, '  ', 'O''Brien 😀', NULL, '1752-12-31', '', NULL, '1753-01-01 00:00:00');
      """

  private static let customers = """
    SELECT c.source_ref, p.code, p.number, c.mobile_phone, f.firstname, c.first_name, c.last_name, c.email,
      c.date_of_birth, c.gender, c.city_id, c.last_login_dt AT TIME ZONE 'UTC' AS seen
    FROM customers AS c LEFT JOIN phones AS p USING (phone_id) LEFT JOIN firstnames AS f USING (firstname_id)
    WHERE c.source = 'mssql' ORDER BY c.source_ref
    """

  @Test func usersBecomeCustomers() async throws {
    try await ImportFixture.with(Self.three) { fixture, server in
      let outcome = try await fixture.run(server)
      #expect(outcome == .finished(ImportCounts(3, 3, 0, 0)))
      #expect(
        try await fixture.rows(Self.customers) == [
          "14722|7|9025163111|+79025163111|Виктор|Виктор|-|example@mail.ru|-|M|0|2024-01-09T08:45:19.098",
          "14738|7|9025163112|+79025163112|Виктор|Виктор|Ёлкин|-|0099-12-31|F|7|-",
          "2|-|-|-|-|-|O'Brien 😀|-|1752-12-31|-|-|1753-01-01T00:00:00",
        ])
      #expect(try await fixture.count("phones") == 2)
      #expect(try await fixture.count("firstnames") == 1)
      #expect(try await fixture.record() == "finished|1|3|3|0|0|0")
      #expect(try await fixture.findings() == [])
    }
  }

  @Test func theSameAgainChangesNothing() async throws {
    try await ImportFixture.with(Users.many(5000)) { fixture, server in
      #expect(try await fixture.run(server) == .finished(ImportCounts(5000, 5000, 0, 0)))
      let before = try await fixture.rows(
        "SELECT sum(xmin::text::bigint), count(*), max(customer_id) FROM customers")
      #expect(try await fixture.run(server) == .finished(ImportCounts(5000, 0, 0, 0)))
      let after = try await fixture.rows(
        "SELECT sum(xmin::text::bigint), count(*), max(customer_id) FROM customers")
      #expect(before == after)
      #expect(try await fixture.record() == "finished|1|5000|0|0|5000|0")
      #expect(try await fixture.count("phones") == 5000)
      #expect(try await fixture.count("firstnames") == 100)
    }
  }

  @Test func onlyWhatDiffersIsWritten() async throws {
    try await ImportFixture.with(Users.many(50)) { fixture, server in
      _ = try await fixture.run(server)
      try await fixture.session.run(
        script: """
          UPDATE customers SET last_name = 'anders' WHERE source_ref = '7';
          UPDATE customers SET city_id = NULL WHERE source_ref = '8';
          UPDATE customers SET phone_id = NULL, mobile_phone = NULL WHERE source_ref = '9';
          UPDATE customers SET home_city = 'Tver' WHERE source_ref = '10';
          DELETE FROM customers WHERE source_ref = '11';
          """)
      #expect(try await fixture.run(server) == .finished(ImportCounts(50, 1, 3, 0)))
      #expect(
        try await fixture.rows("SELECT last_name FROM customers WHERE source_ref = '7'") == ["Фамилия 7"])
      #expect(
        try await fixture.rows("SELECT mobile_phone FROM customers WHERE source_ref = '9'") == [
          "+79020000009"
        ])
      // What the source knows nothing of stays.
      #expect(try await fixture.rows("SELECT home_city FROM customers WHERE source_ref = '10'") == ["Tver"])
    }
  }

  @Test func fieldsThatAreLeftOutStayAsTheyAre() async throws {
    try await ImportFixture.with(
      "CREATE TABLE dbo.people (Nr INT, Tel NVARCHAR(30), Name NVARCHAR(50));"
        + "INSERT INTO dbo.people VALUES (5, '9020000005', 'Анна');"
    ) { fixture, server in
      let arguments = [
        "--mssql-query", "SELECT Name AS имя, Tel, Nr FROM dbo.people", "--mssql-columns",
        "id=NR, phone=tel, firstname=Имя, lastname=, email=, birthday=, gender=, city_id=, last_auth_at=",
      ]
      try await fixture.session.run(
        script: """
          INSERT INTO customers (source, source_ref, first_name, last_name, email)
          VALUES ('mssql', '5', 'Иван', 'Alt', 'a@b')
          """)
      #expect(try await fixture.run(server, arguments) == .finished(ImportCounts(1, 0, 1, 0)))
      #expect(
        try await fixture.rows(Self.customers) == ["5|7|9020000005|+79020000005|Анна|Анна|Alt|a@b|-|-|-|-"])
      #expect(try await fixture.run(server, arguments) == .finished(ImportCounts(1, 0, 0, 0)))
    }
  }

  @Test func whatCannotBeTakenIsFound() async throws {
    let rows = """
      INSERT INTO dbo.users VALUES
        (1, '9020000001', 'A', NULL, NULL, NULL, NULL, NULL, NULL),
        (2, '9020000001', 'B', NULL, NULL, NULL, NULL, NULL, NULL),
        (1, '9020000003', 'C', NULL, NULL, NULL, NULL, NULL, NULL),
        (NULL, '9020000004', 'D', NULL, NULL, NULL, NULL, NULL, NULL),
        (5, '12ab', 'E', NULL, NULL, NULL, 'x', NULL, NULL),
        (6, '9020000006', 'F', '\(String(repeating: "я", count: 201))', NULL, NULL, NULL, NULL, NULL),
        (7, '9020000099', 'G', NULL, NULL, NULL, NULL, NULL, NULL),
        (8, '  ', 'H', NULL, NULL, NULL, NULL, NULL, NULL);
      """
    try await ImportFixture.with(Users.table + rows) { fixture, server in
      try await fixture.session.run(
        script: """
          INSERT INTO phones (code, number) VALUES ('7', '9020000099');
          INSERT INTO customers (customer_id, phone_id) SELECT 1000, phone_id FROM phones;
          """)
      #expect(try await fixture.run(server) == .finished(ImportCounts(8, 2, 0, 6)))
      #expect(
        try await fixture.rows(
          "SELECT source_ref, first_name FROM customers WHERE source = 'mssql' ORDER BY 1")
          == ["1|A", "8|H"])
      let findings = try await fixture.findings()
      #expect(
        findings == [
          "2|2|phone: +79020000001 is that of row 1 too",
          "3|1|id: 1 stands in row 1 already",
          "4|-|id: is empty",
          "5|5|phone: 12ab \(PhoneNumber.expectation); gender: x is neither M nor F",
          "6|6|lastname: has more than 200 characters",
          "7|7|phone: +79020000099 is that of customer 1000 already",
        ])
      #expect(try await fixture.record() == "finished|1|8|2|0|0|6")
      // The second time the first one has the phone, and is told by his number.
      #expect(try await fixture.run(server) == .finished(ImportCounts(8, 0, 0, 6)))
    }
  }

  /// The same id in another batch, and more findings than are kept.
  @Test func findingsAreKeptWithinBounds() async throws {
    let script = Users.many(5000) + "INSERT INTO dbo.users SELECT * FROM dbo.users WHERE id <= 1500;"
    try await ImportFixture.with(script) { fixture, server in
      #expect(try await fixture.run(server) == .finished(ImportCounts(6500, 5000, 0, 1500)))
      let findings = try await fixture.findings()
      #expect(findings.count == 1000)
      #expect(findings.first == "5001|1|id: 1 stands in row 1 already")
      #expect(try await fixture.record() == "finished|1|6500|5000|0|0|1500")
    }
  }

  @Test func aPhoneThatIsGivenUpIsFreeTheNextTime() async throws {
    let rows = """
      INSERT INTO dbo.users (id, phone) VALUES (1, '9020000001'), (2, '9020000002');
      """
    try await ImportFixture.with(Users.table + rows) { fixture, server in
      try await fixture.session.run(
        script: """
          INSERT INTO phones (code, number) VALUES ('7', '9020000001');
          INSERT INTO customers (source, source_ref, phone_id, mobile_phone)
          SELECT 'mssql', '2', phone_id, '+79020000001' FROM phones;
          """)
      #expect(try await fixture.run(server) == .finished(ImportCounts(2, 0, 1, 1)))
      #expect(try await fixture.run(server) == .finished(ImportCounts(2, 1, 0, 0)))
      #expect(try await fixture.run(server) == .finished(ImportCounts(2, 0, 0, 0)))
    }
  }

  @Test func anEmptySourceIsNoError() async throws {
    try await ImportFixture.with(Users.table) { fixture, server in
      let outcome = try await fixture.run(server)
      #expect(outcome == .finished(ImportCounts()))
      #expect(try await fixture.record() == "finished|1|0|0|0|0|0")
    }
  }
}
