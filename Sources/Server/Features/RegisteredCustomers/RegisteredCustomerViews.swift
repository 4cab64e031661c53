import Bytes
import HTTP
import Postgres

/// How registered customers look in JSON.
enum RegisteredCustomerViews {
  /// One customer of ``RegisteredCustomerQueries``; its columns begin at `first`.
  static func write(_ row: Row, from first: Int = 0, to body: inout ByteBuffer) {
    let cells = row.cells
    func cell(_ column: RegisteredCustomerColumn) -> UnsafeRawBufferPointer? {
      cells[first + column.rawValue]
    }
    body.append("{\"id\":")
    body.append(integer: cell(.id))
    body.append(",\"phone\":")
    appendPhone(cell(.code), cell(.number), to: &body)
    body.append(",\"firstname\":")
    body.append(text: cell(.firstname))
    body.append(",\"lastname\":")
    body.append(text: cell(.lastname))
    body.append(",\"email\":")
    body.append(text: cell(.email))
    body.append(",\"birthday\":")
    body.append(date: cell(.birthday))
    body.append(",\"gender\":")
    body.append(text: cell(.gender))
    body.append(",\"city_id\":")
    body.append(integer: cell(.city))
    body.append(",\"last_auth_at\":")
    body.append(instant: cell(.lastAuth))
    body.append("}")
  }

  /// A number of code 7 as it is dialed there, all others with their code.
  private static func appendPhone(
    _ code: UnsafeRawBufferPointer?, _ number: UnsafeRawBufferPointer?, to body: inout ByteBuffer
  ) {
    guard let code, let number else { return body.append("null") }
    body.append("\"")
    if !code.elementsEqual(CollectionOfOne(UInt8(ascii: "7"))) {
      body.append("+")
      body.append(code)
    }
    body.append(number)
    body.append("\"")
  }

  /// The state of a customer.
  static func tag(_ row: Row, from first: Int = 0) -> EntityTag {
    EntityTag("\(version(row, from: first))")
  }

  /// What names the state in the database.
  static func version(_ row: Row, from first: Int = 0) -> Int64 {
    row.cells[first + RegisteredCustomerColumn.version.rawValue].map {
      Int64(bigEndian: $0.loadUnaligned(as: Int64.self))
    } ?? 0
  }

  /// The first `limit` rows of a list, which come as the columns of ``RegisteredCustomerQueries/page``.
  static func writeList(_ rows: Rows, atMost limit: Int, count: Int64, to body: inout ByteBuffer) {
    body.append("{\"items\":[")
    for row in 0..<min(rows.count, limit) {
      if row > 0 { body.append(",") }
      writeListed(rows.cells(row), to: &body)
    }
    body.append("],\"count\":")
    body.append(decimal: count)
    body.append("}")
  }

  private static func writeListed(_ cells: Cells, to body: inout ByteBuffer) {
    body.append("{\"id\":")
    body.append(integer: cells[0])
    if cells[1] == nil {
      body.append(",\"phone\":null,\"firstname\":")
    } else {
      body.append(",\"phone\":{\"id\":")
      body.append(integer: cells[1])
      body.append(",\"code\":")
      body.append(text: cells[2])
      body.append(",\"number\":")
      body.append(text: cells[3])
      body.append("},\"firstname\":")
    }
    body.append(text: cells[4])
    body.append(",\"lastname\":")
    body.append(text: cells[5])
    body.append(",\"email\":")
    body.append(text: cells[6])
    body.append(",\"birthday\":")
    body.append(date: cells[7])
    body.append("}")
  }
}
