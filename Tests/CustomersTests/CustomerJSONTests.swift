import Bytes
import Customers
import Foundation
import Testing

@Suite struct CustomerJSONTests {
  /// The JSON of a row whose cells are these, in PostgreSQL's binary form.
  private func json(_ cells: [[UInt8]?], before: String = "") -> String {
    // Behind one another in memory, so that an empty cell has a place as libpq's have.
    let memory = cells.map { $0 ?? [] }.joined() + [0]
    return Array(memory).withUnsafeBytes { bytes in
      var buffer = ByteBuffer(capacity: 16)
      buffer.append(text: before)
      var ends: [Int] = []
      for cell in cells { ends.append((ends.last ?? 0) + (cell?.count ?? 0)) }
      CustomerJSON().append(to: &buffer) { index in
        guard cells[index] != nil else { return nil }
        return UnsafeRawBufferPointer(rebasing: bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]])
      }
      return buffer.text()
    }
  }

  private func big(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }

  @Test func aFullRow() {
    let cells: [[UInt8]?] = Column.allCases.map { column in
      switch column.kind {
      case .integer: big(Int64.max)
      case .date: big(Int32(-1))
      case .timestamp: big(Int64(1_000))
      case .text: Array("\(column.name)!".utf8)
      }
    }
    #expect(
      json(cells) == """
        {"customer_id":9223372036854775807,"first_name":"first_name!","last_name":"last_name!",\
        "date_of_birth":"1999-12-31","email":"email!","last_login_dt":"2000-01-01 00:00:00.001",\
        "last_login_ip":"last_login_ip!","country_origin":"country_origin!","home_country":"home_country!",\
        "home_city":"home_city!","home_street":"home_street!","home_building_number":"home_building_number!",\
        "work_country":"work_country!","work_city":"work_city!","work_street":"work_street!",\
        "work_building_number":"work_building_number!","mobile_phone":"mobile_phone!",\
        "home_phone":"home_phone!","work_phone":"work_phone!"}
        """)
  }

  @Test func nullsAndEmptyTexts() throws {
    var cells: [[UInt8]?] = Array(repeating: nil, count: Column.allCases.count)
    cells[0] = big(Int64(1))
    let nulls = try #require(try JSONSerialization.jsonObject(with: Data(json(cells).utf8)) as? [String: Any])
    #expect(nulls.count == 19)
    #expect(nulls.values.count { $0 is NSNull } == 18)
    cells[Column.email.rawValue] = []
    #expect(json(cells).contains(",\"email\":\"\",\"last_login_dt\":null,"))
  }

  /// The longest row that the table can hold, with every byte escaped, into a buffer that has to grow.
  @Test func theWorstRowFits() throws {
    let cells: [[UInt8]?] = Column.allCases.map { column in
      switch column.kind {
      case .integer: big(Int64.min)
      case .date: big(Int32(0))
      case .timestamp: big(Int64(0))
      case .text(let limit): Array(repeating: 1, count: limit * 4)
      }
    }
    let text = json(cells, before: "[")
    #expect(text.hasPrefix("[{\"customer_id\":-9223372036854775808,"))
    let object = try JSONSerialization.jsonObject(with: Data((text + "]").utf8)) as? [[String: Any]]
    #expect((object?.first?["home_street"] as? String)?.count == 40_000)
  }

  @Test func textsStayAsTheyAre() {
    var cells: [[UInt8]?] = Array(repeating: nil, count: Column.allCases.count)
    cells[0] = big(Int64(1))
    cells[1] = Array("Zoë \"Ö\"\\\n漢字😀\u{2028}".utf8)
    #expect(json(cells).contains("\"first_name\":\"Zoë \\\"Ö\\\"\\\\\\n漢字😀\u{2028}\","))
  }
}
