import Bytes
import Customers
import Glibc

/// How long the forms of a row take, without I/O: nanoseconds a row, the best of several rounds.
///
///     psql … -c "\copy (SELECT <the 19 names> FROM customers LIMIT 20000) TO 'rows.bin' (FORMAT binary)"
///     swift run -c release RowForms rows.bin
@main
struct Main {
  static func main() {
    guard CommandLine.arguments.count == 2, let rows = Sample(path: CommandLine.arguments[1]) else {
      print("usage: RowForms FILE, a binary COPY of the nineteen columns")
      exit(2)
    }
    var buffer = ByteBuffer(capacity: 1 << 20)
    let form = CustomerJSON()
    measure("JSON object", rows.count) {
      buffer.removeAll()
      for row in 0..<rows.count {
        form.append(to: &buffer) { rows.cell(row, $0) }
        if buffer.count > 500_000 { buffer.removeAll() }
      }
    }
    buffer.removeAll()
    for row in 0..<rows.count { form.append(to: &buffer) { rows.cell(row, $0) } }
    print("  \(buffer.count / rows.count) bytes a row")
    measure("reading the cells alone", rows.count) {
      var total = 0
      for row in 0..<rows.count {
        for column in 0..<Column.allCases.count { total &+= rows.cell(row, column)?.count ?? 0 }
      }
      keep = total
    }
    for column in [Column.customerID, .dateOfBirth, .lastLoginAt, .email] {
      measure("\(column) alone", rows.count) {
        buffer.removeAll()
        for row in 0..<rows.count {
          guard let cell = rows.cell(row, column.rawValue) else { continue }
          switch column.kind {
          case .integer: buffer.append(decimal: Int64(bigEndian: cell.loadUnaligned(as: Int64.self)))
          case .date: buffer.append(postgresDate: Int32(bigEndian: cell.loadUnaligned(as: Int32.self)))
          case .timestamp:
            buffer.append(postgresTimestamp: Int64(bigEndian: cell.loadUnaligned(as: Int64.self)))
          case .text: buffer.append(jsonString: cell)
          }
          if buffer.count > 500_000 { buffer.removeAll() }
        }
      }
    }
  }

  /// Keeps the optimizer from removing what is measured.
  // SAFETY: one thread.
  nonisolated(unsafe) static var keep = 0

  static func measure(_ name: String, _ rows: Int, _ body: () -> Void) {
    var best = UInt64.max
    for _ in 0..<60 {
      let start = nanoseconds()
      body()
      best = min(best, nanoseconds() - start)
    }
    let tenths = best * 10 / UInt64(rows)
    print("\(name): \(tenths / 10).\(tenths % 10) ns/row")
  }

  static func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
