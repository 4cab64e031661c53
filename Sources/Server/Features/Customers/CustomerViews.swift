import Bytes
import Customers
import Postgres

/// How rows of customers look in JSON.
enum CustomerViews {
  private static let form = CustomerJSON()

  /// One object.
  static func write(_ row: Row, to body: inout ByteBuffer) {
    let cells = row.cells
    form.append(to: &body) { cells[$0] }
  }

  /// An array of objects, `[]` where there are none.
  static func writeAll(_ rows: Rows, to body: inout ByteBuffer) {
    let form = form
    body.append(UInt8(ascii: "["))
    for row in 0..<rows.count {
      if row > 0 { body.append(UInt8(ascii: ",")) }
      let cells = rows.cells(row)
      form.append(to: &body) { cells[$0] }
    }
    body.append(UInt8(ascii: "]"))
  }
}
