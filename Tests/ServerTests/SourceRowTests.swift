import Foundation
import ODBC
import Options
import Testing

@testable import Server

/// Values of the source, and what they become.
@Suite struct SourceRowTests {
  private func set(_ field: SourceField, _ text: String) -> SourceRow {
    var row = SourceRow()
    Array(text.utf16).withUnsafeBufferPointer { row.set(field, .text($0)) }
    return row
  }

  private func set(_ field: SourceField, _ value: ODBCValue) -> SourceRow {
    var row = SourceRow()
    row.set(field, value)
    return row
  }

  @Test(arguments: [
    "8 (902) 516-31-11", "+79025163111", "79025163111", "9025163111", " 9025163111\t",
  ])
  func phonesOfOneNumberAreOne(text: String) {
    #expect(set(.phone, text).phone?.international == "+79025163111")
  }

  @Test func aPhoneMayBeANumber() {
    #expect(set(.phone, .integer(9_025_163_111)).phone?.number == "9025163111")
  }

  @Test(arguments: SourceField.allCases)
  func blanksAreNothing(field: SourceField) {
    #expect(set(field, " \u{A0}\t") == SourceRow())
    #expect(set(field, .null) == SourceRow())
  }

  @Test(arguments: [
    ("2000-01-01", 0 as Int32), ("1999-12-31", -1), ("0001-01-01", -730_119), ("9999-12-31", 2_921_939),
    ("1999-12-31 23:59:59.9999999", -1), ("2000-01-01T00:00:00Z", 0),
  ])
  func birthdays(text: String, days: Int32) {
    #expect(set(.birthday, text).birthday == days)
  }

  private static let days: [(ODBCTimestamp, Int32)] = [
    (ODBCTimestamp(year: 2000, month: 1, day: 2), 1),
    (ODBCTimestamp(year: 1, month: 1, day: 1, hour: 23), -730_119),
    (ODBCTimestamp(year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59), 2_921_939),
  ]

  @Test(arguments: days)
  func birthdaysOfTheDatesType(at: ODBCTimestamp, days: Int32) {
    #expect(set(.birthday, .timestamp(at)).birthday == days)
  }

  @Test(arguments: [
    ("2000-01-01 00:00:00.0014999", 1000 as Int64), ("2000-01-01 00:00:00.0015", 2000),
    ("2000-01-01 03:00:00.0010000 +03:00", 1000),
    ("1999-12-31T23:59:59.9994Z", -1000), ("1999-12-31T23:59:59.9996Z", 0), ("2000-01-01", 0),
  ])
  func moments(text: String, microseconds: Int64) {
    #expect(set(.lastAuthAt, text).lastAuthAt == microseconds)
  }

  @Test(arguments: [(998_500_000, -1000 as Int64), (998_499_900, -2000), (999_999_900, 0)])
  func momentsAreRoundedToMillisecondsAlsoBefore2000(nanosecond: Int, microseconds: Int64) {
    let at = ODBCTimestamp(
      year: 1999, month: 12, day: 31, hour: 23, minute: 59, second: 59, nanosecond: nanosecond)
    #expect(set(.lastAuthAt, .timestamp(at)).lastAuthAt == microseconds)
  }

  /// The last moment that there is rounds into a year that there is not.
  @Test func whatRoundsBeyondTheLastYearIsAFault() {
    #expect(set(.lastAuthAt, "9999-12-31T23:59:59.9996Z").faults.count == 1)
    let at = ODBCTimestamp(
      year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59, nanosecond: 999_900_000)
    #expect(set(.lastAuthAt, .timestamp(at)).faults.count == 1)
  }

  @Test(arguments: [
    (SourceField.phone, "12ab"), (.phone, "0000"), (.birthday, "31.01.2024"), (.birthday, "2023-02-29"),
    (.birthday, "0000-01-01"), (.lastAuthAt, "yesterday"), (.gender, "X"), (.cityID, "1.5"),
    (.cityID, "9223372036854775808"), (.firstname, "a\0b"), (.email, String(repeating: "@", count: 321)),
  ])
  func whatIsWrongHasAFaultThatNamesIt(field: SourceField, text: String) {
    let row = set(field, text)
    #expect(row.faults.count == 1 && row.faults[0].hasPrefix("\(field.rawValue): "))
  }

  @Test(arguments: [
    ODBCTimestamp(year: 0, month: 1, day: 1), ODBCTimestamp(year: 10_000, month: 1, day: 1),
    ODBCTimestamp(year: 2023, month: 2, day: 29), ODBCTimestamp(year: 2023, month: 13, day: 1),
  ])
  func aDateThatNoCalendarHas(at: ODBCTimestamp) {
    #expect(set(.birthday, .timestamp(at)).faults.count == 1)
  }

  @Test func aValueThatWasCutIsAFaultAndNotAShorterText() {
    #expect(set(.lastname, .tooLong).faults.count == 1)
  }

  @Test func aRowNeedsAnID() {
    var row = SourceRow()
    row.finish()
    #expect(row.faults == ["id: is empty"])
    row = set(.id, .integer(5))
    row.finish()
    #expect(row.ref == "5" && row.faults == [])
    row = set(.id, .tooLong)
    row.finish()
    #expect(row.faults.count == 1)
  }

  // MARK: The mapping

  @Test func columnsAreFoundByTheirNames() throws {
    let columns = ["Extra"] + SourceField.allCases.reversed().map { $0.rawValue.uppercased() }
    let places = try SourceMapping().places(among: columns)
    #expect(places.map(\.field) == SourceField.allCases)
    #expect(places.map(\.place) == Array((1...9).reversed()))
  }

  @Test func aColumnThatIsMissingIsNamed() throws {
    let mapping = try SourceMapping("phone=Tel,gender=")
    let failure = #expect(throws: ImportFailure.self) {
      try mapping.places(among: ["id", "firstname", "lastname", "birthday", "city_id", "last_auth_at"])
    }
    #expect(failure?.kind == .wrongQuery && failure?.passes == false)
    #expect(failure?.description.hasPrefix("the query gives no column Tel, email but id, firstname") == true)
  }

  @Test(arguments: [
    "phone", "telephone=Tel", "=x", "id=",
    "phone=,firstname=,lastname=,email=,birthday=,gender=,city_id=,last_auth_at=",
  ])
  func aMappingThatCannotBeIsRefused(text: String) {
    #expect(throws: UsageError.self) { try SourceMapping(text) }
  }

  // MARK: The options

  private func settings(_ arguments: [String], _ environment: Environment = [:]) throws -> SourceSettings? {
    try SourceSettings(
      ServerOptions.program.parse(
        ["postgresql:///x", "import", "customers"] + arguments, environment: environment))
  }

  @Test func theVariablesAreThoseOf002() throws {
    let settings = try #require(
      try settings(
        [],
        [
          "MSSQL_DB": "mssql_db", "MSSQL_USER": "reader", "MSSQL_PASSWORD": "a;b",
          "MSSQL_HOST": "192.100.100.200",
          "MSSQL_PORT": "1434", "MSSQL_TIMEOUT": "3", "MSSQL_RETRIES_COUNT": "4", "MSSQL_RETRIES_SLEEP": "5",
        ]))
    let connection = settings.connection
    #expect(connection["Server"] == "192.100.100.200" && connection["Port"] == "1434")
    #expect(
      connection["Database"] == "mssql_db" && connection["UID"] == "reader" && connection["PWD"] == "a;b")
    #expect(connection["TDS_Version"] == "7.4" && connection["Driver"]?.contains("tds") == true)
    #expect(settings.timeout == 3000 && settings.repeats == 4 && settings.pause == 5000)
    #expect(!"\(settings)".contains("a;b"))
  }

  @Test func whatIsNotSaidHasTheDefaultsOf002() throws {
    #expect(try settings([]) == nil)
    let settings = try #require(try settings(["--mssql-host", "db"]))
    #expect(settings.connection["Port"] == "1433" && settings.connection["PWD"] == nil)
    #expect(settings.timeout == 30_000 && settings.repeats == 2 && settings.pause == 30_000)
    #expect(settings.mapping == SourceMapping())
  }

  @Test func thePasswordMayBeAFile() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "password-\(UUID().uuidString)")
    try "se}cr;et\nsecond line\n".write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let variables: Environment = ["MSSQL_HOST": "db", "MSSQL_PASSWORD_FILE": file.path]
    #expect(try settings([], variables)?.connection["PWD"] == "se}cr;et")
    #expect(throws: UsageError.self) { try settings(["--mssql-password", "other"], variables) }
    #expect(throws: UsageError.self) { try settings(["--mssql-password-file", "/nowhere"], variables) }
  }

  @Test func aConnectionStringMaySayAllOrAPart() throws {
    let whole = try #require(
      try settings([
        "--mssql-connection", "Driver=/x/psqlodbcw.so;Servername=/tmp;UID=me", "--mssql-password", "p",
      ]))
    #expect(whole.connection["Server"] == nil && whole.connection["TDS_Version"] == nil)
    #expect(whole.connection["PWD"] == "p")
    let part = try #require(
      try settings(["--mssql-connection", "Encryption=require;tds_version=7.3", "--mssql-host", "db"]))
    #expect(part.connection["Server"] == "db" && part.connection["TDS_Version"] == "7.3")
    #expect(throws: UsageError.self) { try settings(["--mssql-connection", "nonsense"]) }
  }
}
