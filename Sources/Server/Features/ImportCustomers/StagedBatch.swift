import Bytes
import Customers
import EventLoop

/// Rows on their way into the staged table, as binary COPY. Filled by the thread that reads, sent by the loop.
///
/// SAFETY: `@unchecked Sendable` since the thread lets go of it when it hands it over.
final class StagedBatch: @unchecked Sendable {
  private var bytes = ByteBuffer(capacity: 64 * 1024)
  private(set) var rows = 0
  private let began = Loop.nanoseconds

  /// The columns of the staged table, in the order of the fields of a row.
  static let columns = """
    line bigint, ref text, code text, number text, firstname text, lastname text, email text, birthday date,
    gender text, city_id bigint, last_auth_at timestamptz(3), fault text
    """
  private static let columnCount: Int16 = 12

  /// Some milliseconds of PostgreSQL's time.
  private static let mostRows = 4000
  private static let mostBytes = 1 << 20
  /// Nanoseconds. A source that sends slowly is not waited for until a batch is full.
  private static let longest: UInt64 = 1_000_000_000

  init() { bytes.appendCopyHeader() }

  /// True if it is time to send it.
  var isFull: Bool {
    rows >= Self.mostRows || bytes.count >= Self.mostBytes || Loop.nanoseconds - began >= Self.longest
  }

  /// Adds the row that stands at `line` of the source, counted from 1.
  func append(_ row: SourceRow, line: Int) {
    let isSound = row.faults.isEmpty
    rows += 1
    bytes.appendCopy(room: 32) { writer in
      writer.write(copyRowOf: Self.columnCount)
      writer.write(copyInteger: Int64(line))
    }
    append(row.ref)
    append(isSound ? row.phone?.code : nil)
    append(isSound ? row.phone?.number : nil)
    append(isSound ? row.firstname : nil)
    append(isSound ? row.lastname : nil)
    append(isSound ? row.email : nil)
    bytes.appendCopy(room: 32) { writer in
      if isSound, let birthday = row.birthday {
        writer.write(copyDate: birthday)
      } else {
        writer.writeCopyNull()
      }
    }
    append(isSound ? row.gender : nil)
    bytes.appendCopy(room: 48) { writer in
      if isSound, let city = row.cityID { writer.write(copyInteger: city) } else { writer.writeCopyNull() }
      if isSound, let moment = row.lastAuthAt {
        writer.write(copyTimestamp: moment)
      } else {
        writer.writeCopyNull()
      }
    }
    append(isSound ? nil : row.faults.joined(separator: "; "))
  }

  private func append(_ text: String?) {
    guard var text else { return bytes.appendCopy(room: 16) { $0.writeCopyNull() } }
    text.withUTF8 { utf8 in
      bytes.appendCopy(room: utf8.count + 32) { $0.write(copyText: UnsafeRawBufferPointer(utf8)) }
    }
  }

  /// To be called once, behind the last row.
  func finish() { bytes.appendCopyTrailer() }

  /// The whole COPY. Good as long as the batch is.
  var whole: UnsafeRawBufferPointer { bytes.withBytes { $0 } }
}
