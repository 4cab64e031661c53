import Bytes

/// Finds whole rows in a CSV: a line end inside quotes does not end a row.
struct CSVScanner: RowScanner {
  private(set) var progress: ExportProgress
  private let header: [UInt8]
  private let lineEnd: CSVFormat.LineEnd
  private let columns: Int
  private var position: Int64
  private var inQuotes = false
  /// The byte before was CR.
  private var afterReturn = false
  private var commas = 0
  /// The number in the row's first field.
  private var id: Int64 = 0
  private var digits = 0

  init(_ format: CSVFormat, columns: Int, from progress: ExportProgress) {
    var header = ByteBuffer()
    format.appendHeader(to: &header)
    self.header = header.withBytes { Array($0) }
    lineEnd = format.lineEnd
    self.columns = columns
    self.progress = progress
    position = progress.bytes
  }

  mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Bool {
    for byte in bytes {
      let isRight = position < Int64(header.count) ? scanHeader(byte) : scanRow(byte)
      if !isRight { return false }
    }
    return true
  }

  private mutating func scanHeader(_ byte: UInt8) -> Bool {
    guard byte == header[Int(position)] else { return false }
    position += 1
    if position == Int64(header.count) { progress.bytes = position }
    return true
  }

  @inline(__always)
  private mutating func scanRow(_ byte: UInt8) -> Bool {
    position += 1
    defer { afterReturn = byte == UInt8(ascii: "\r") }
    switch byte {
    case UInt8(ascii: "\""): inQuotes.toggle()
    case UInt8(ascii: ",") where !inQuotes:
      commas += 1
      if commas == 1 { return digits > 0 && id > progress.lastID }
    case UInt8(ascii: "\n") where !inQuotes:
      guard commas == columns - 1, lineEnd == .lf || afterReturn else { return false }
      progress = ExportProgress(bytes: position, rows: progress.rows + 1, lastID: id)
      commas = 0
      id = 0
      digits = 0
      return true
    default: break
    }
    return commas > 0 || scanID(byte)
  }

  private mutating func scanID(_ byte: UInt8) -> Bool {
    guard byte >= 0x30, byte <= 0x39 else { return false }
    let (scaled, tooLarge) = id.multipliedReportingOverflow(by: 10)
    let (next, overflow) = scaled.addingReportingOverflow(Int64(byte - 0x30))
    id = next
    digits += 1
    return !tooLarge && !overflow
  }
}
