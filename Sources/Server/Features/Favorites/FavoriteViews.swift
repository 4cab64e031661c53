import Bytes
import Postgres

/// How favorites look in JSON.
enum FavoriteViews {
  /// One favorite; its four columns begin at `first`.
  static func write(_ cells: Cells, from first: Int = 0, to body: inout ByteBuffer) {
    body.append("{\"id\":")
    body.append(integer: cells[first])
    body.append(",\"user_id\":")
    body.append(integer: cells[first + 1])
    body.append(",\"item_id\":")
    body.append(integer: cells[first + 2])
    body.append(",\"created_at\":")
    body.append(instant: cells[first + 3])
    body.append("}")
  }

  /// The first `limit` rows of a list.
  static func writeList(_ rows: Rows, atMost limit: Int, count: Int64, to body: inout ByteBuffer) {
    body.append("{\"items\":[")
    for row in 0..<min(rows.count, limit) {
      if row > 0 { body.append(",") }
      write(rows.cells(row), to: &body)
    }
    body.append("],\"count\":")
    body.append(decimal: count)
    body.append("}")
  }
}
