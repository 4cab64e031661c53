import Testing

@testable import Postgres

@Suite struct SQLTests {
  @Test func valuesBecomeParameters() {
    let name = "Robert'); DROP TABLE customers;--"
    let sql: SQL = "SELECT \(raw: "a, b") FROM t WHERE n = \(name) AND i = \(Int64(7)) AND n <> \(name)"
    #expect(sql.text == "SELECT a, b FROM t WHERE n = $1 AND i = $2 AND n <> $3")
    #expect(sql.values == [.text(name), .int8(7), .text(name)])
  }

  @Test func everyTypeHasItsForm() {
    let noText: String? = nil
    let noNumber: Int64? = nil
    let sql: SQL = "\(1) \(Int32(2)) \(true) \(noText) \(noNumber) \(Optional(Int64(3))) \(.bytes([4]))"
    #expect(sql.text == "$1 $2 $3 $4 $5 $6 $7")
    #expect(sql.values == [.int8(1), .int4(2), .bool(true), .null, .null, .int8(3), .bytes([4])])
  }

  @Test func moreThanNineParametersAreCountedOn() {
    var interpolation = SQL.StringInterpolation(literalCapacity: 0, interpolationCount: 12)
    for index in 0..<12 { interpolation.appendInterpolation(Int64(index)) }
    #expect(SQL(stringInterpolation: interpolation).text == "$1$2$3$4$5$6$7$8$9$10$11$12")
  }

  @Test func aLiteralHasNoParameters() {
    let sql: SQL = "SELECT '$1'"
    #expect(sql.text == "SELECT '$1'")
    #expect(sql.values.isEmpty)
  }
}
