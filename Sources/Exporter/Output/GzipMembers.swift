import Bytes
import Gzip

/// CSV rows as gzip, in members of so many rows, counted from the table's first: so the bytes depend on the rows
/// alone, and a later run can go on behind any member.
struct GzipMembers: ~Copyable {
  /// Some hundred kilobytes of text: much more than the window of 32 KiB, so that the cuts cost next to nothing, and
  /// little enough to be fetched again after a kill.
  static var rowsPerMember: Int { 1000 }

  /// The quickest of zlib's levels: a tenth more bytes than with its usual one, for two fifths of the time, so that
  /// compression keeps up with the pages.
  static var level: Int32 { 1 }

  private let format: CSVFormat
  private var writer = GzipWriter(level: level)
  /// Rows in the member that is not whole.
  private var openRows = 0
  private var isBegun: Bool
  /// Compressed bytes up to now, those of the run before included.
  private var produced: Int64
  private var rows: Int64
  /// How far whole members reach.
  private(set) var whole: ExportProgress

  /// Goes on behind whole members.
  init(_ format: CSVFormat, after whole: ExportProgress = ExportProgress()) {
    self.format = format
    self.whole = whole
    produced = whole.bytes
    rows = whole.rows
    isBegun = whole.bytes > 0
  }

  /// Bytes of text that stand before the first row.
  var headerLength: Int { format.header.count }

  /// Takes in rows and appends to `output` what is compressed by now.
  mutating func write(_ text: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
    let before = output.count
    if !isBegun { begin(&output) }
    var rest = text
    while !rest.isEmpty {
      let (length, last) = lengthOfRows(in: rest)
      writer.write(UnsafeRawBufferPointer(rebasing: rest[..<length]), to: &output)
      if openRows == Self.rowsPerMember {
        writer.endMember(to: &output)
        openRows = 0
        let id = last.flatMap { rowID($0) } ?? whole.lastID
        whole = ExportProgress(bytes: produced + Int64(output.count - before), rows: rows, lastID: id)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[length...])
    }
    produced += Int64(output.count - before)
  }

  /// The rows up to the end of the member, and the first field of the last of them.
  private mutating func lengthOfRows(
    in text: UnsafeRawBufferPointer
  ) -> (length: Int, last: UnsafeRawBufferPointer?) {
    var length = 0
    var last: UnsafeRawBufferPointer?
    while openRows < Self.rowsPerMember, length < text.count {
      let rest = UnsafeRawBufferPointer(rebasing: text[length...])
      // Chunks hold whole rows.
      guard let row = format.lengthOfRow(in: rest) else { return (text.count, last) }
      let comma = rest.firstIndex(of: UInt8(ascii: ",")) ?? 0
      last = UnsafeRawBufferPointer(rebasing: rest[..<comma])
      length += row
      openRows += 1
      rows += 1
    }
    return (length, last)
  }

  private mutating func begin(_ output: inout ByteBuffer) {
    isBegun = true
    var header = ByteBuffer()
    format.appendHeader(to: &header)
    header.withBytes { writer.write($0, to: &output) }
  }

  /// Ends the last member. A table without rows has one, with the header in it.
  mutating func finish(to output: inout ByteBuffer) {
    let hasHeaderAlone = !isBegun
    if hasHeaderAlone { begin(&output) }
    if openRows > 0 || hasHeaderAlone { writer.endMember(to: &output) }
  }
}
