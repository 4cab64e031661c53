import Bytes

/// Reads rows back, one at a time, out of text that may end or be damaged anywhere.
struct RowReader<Format: OutputFormat>: ~Copyable {
  enum Event: Equatable {
    /// A whole row, above the one before it.
    case row
    /// The source has nothing more; the last row, or the header, was whole.
    case end
    /// The source has nothing more, and ends within a row or the header.
    case torn
    /// What comes next is not what this format writes.
    case foreign
    /// What comes next is a row, but its id is not above that of the row before it, which is this.
    case outOfOrder(previous: Int64)
  }

  /// No row that the exporter takes is longer as JSON, and none is longer as anything else.
  static var longestRow: Int { 16 << 20 }

  private let format: Format
  private let source: any ByteSource
  private var header: [UInt8]
  private var buffer = ByteBuffer(capacity: 1 << 19)
  /// Of what `next()` has found at the front of the buffer.
  private var length = 0
  /// Bytes of it that count as soon as they are passed over.
  private var passed = 0
  let values = RowValues()
  /// The row's id; 0 before the first.
  private(set) var id: Int64 = 0
  /// Bytes from the start up to the end of the last row that was read, or of the header.
  private(set) var offset: Int64 = 0
  /// Whether the next call goes on behind what was foreign.
  var canSkip: Bool { length > 0 }

  init(_ format: Format, _ source: any ByteSource) {
    self.format = format
    self.source = source
    header = format.header
  }

  /// The bytes of the row that `next()` has found.
  borrowing func withRow<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    buffer.withBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<length])) }
  }

  /// Goes to the next row. What `values` point to is good until the next call.
  mutating func next() throws(OutputError) -> Event {
    buffer.removeFirst(length)
    offset += Int64(passed)
    (length, passed) = (0, 0)
    if !header.isEmpty, let event = try readHeader() { return event }
    while true {
      if let found = buffer.withBytes({ format.lengthOfRow(in: $0) }) { return read(found) }
      if buffer.count > Self.longestRow { return .foreign }
      if try !source.read(into: &buffer) { return buffer.isEmpty ? .end : .torn }
    }
  }

  private mutating func readHeader() throws(OutputError) -> Event? {
    while buffer.count < header.count, try source.read(into: &buffer) {}
    let isOurs = buffer.withBytes { $0.starts(with: header) }
    let isBegun = buffer.withBytes { header.starts(with: $0) }
    guard isOurs else { return isBegun ? (buffer.isEmpty ? .end : .torn) : .foreign }
    buffer.removeFirst(header.count)
    offset = Int64(header.count)
    header = []
    return nil
  }

  private mutating func read(_ found: Int) -> Event {
    let read = buffer.withBytes { bytes -> Int64? in
      let row = UnsafeRawBufferPointer(rebasing: bytes[..<found])
      return format.find(values, in: row) ? rowID(values[0]) : nil
    }
    length = found
    passed = found
    guard let read else { return .foreign }
    let previous = id
    id = read
    guard read > previous else { return .outOfOrder(previous: previous) }
    offset += Int64(found)
    passed = 0
    return .row
  }
}
