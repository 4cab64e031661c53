public import Bytes

/// One cell of a customer's row on its way from where it is made to where it is written.
///
/// A text is a pointer to UTF-8 that belongs to someone else: it is good for as long as its owner says.
public enum CustomerValue {
  /// Nothing.
  case null
  /// A `bigint`.
  case integer(Int64)
  /// A `text`.
  case text(UnsafeRawBufferPointer)
  /// A `date`, in days since 2000-01-01.
  case date(Int32)
  /// A `timestamptz`, in microseconds since 2000-01-01 00:00 UTC.
  case timestamp(Int64)
}

/// The nineteen cells of a customer, made once and filled again for every row.
///
/// They lie behind a pointer: to read an element of an `InlineArray` that is a stored property, Swift 6.3 copies
/// the whole array, half a kilobyte per cell.
public struct CustomerRow: ~Copyable {
  @usableFromInline let cells: UnsafeMutablePointer<CustomerValue>

  /// A row of nulls.
  public init() {
    cells = .allocate(capacity: Column.count)
    cells.initialize(repeating: .null, count: Column.count)
  }

  deinit { cells.deallocate() }

  /// The cell of a column.
  @inlinable public subscript(column: Column) -> CustomerValue {
    get { cells[column.rawValue] }
    nonmutating set { cells[column.rawValue] = newValue }
  }
}

extension ByteBuffer {
  /// Adds a row of binary COPY: the nineteen cells and, behind them, a twentieth that says where it was born.
  ///
  /// Sixteen bytes more can be read behind each text: they are copied in whole chunks.
  @inlinable public mutating func append(copyRow row: borrowing CustomerRow, source: StaticString) {
    appendCopyRow(of: row, room: 4 + source.utf8CodeUnitCount) { writer in
      writer.write(bigEndian: UInt32(truncatingIfNeeded: source.utf8CodeUnitCount))
      writer.position.copyMemory(from: source.utf8Start, byteCount: source.utf8CodeUnitCount)
      writer.position += source.utf8CodeUnitCount
    }
  }

  /// The same with the line of a file behind it, a `bigint`, that the row came from.
  @inlinable public mutating func append(copyRow row: borrowing CustomerRow, line: Int64) {
    appendCopyRow(of: row, room: RawWriter.copyFieldSize) { $0.write(copyInteger: line) }
  }

  /// Adds a row of binary COPY with one field more, which is at most `room` bytes long.
  @inlinable @inline(__always)
  mutating func appendCopyRow(
    of row: borrowing CustomerRow, room extra: Int, _ field: (inout RawWriter) -> Void
  ) {
    var room = 2 + Column.count * RawWriter.copyFieldSize + extra
    for index in 0..<Column.count {
      if case .text(let value) = row.cells[index] { room &+= value.count }
    }
    appendCopy(room: room) { writer in
      writer.write(copyRowOf: Int16(Column.count + 1))
      for index in 0..<Column.count {
        switch row.cells[index] {
        case .null: writer.writeCopyNull()
        case .integer(let value): writer.write(copyInteger: value)
        case .text(let value): writer.write(copyText: value)
        case .date(let value): writer.write(copyDate: value)
        case .timestamp(let value): writer.write(copyTimestamp: value)
        }
      }
      field(&writer)
    }
  }

  /// Adds a line of CSV, its end (LF) included.
  @inlinable public mutating func append(csvRow row: borrowing CustomerRow) {
    for index in 0..<Column.count {
      if index > 0 { append(UInt8(ascii: ",")) }
      switch row.cells[index] {
      case .null: break
      case .integer(let value): append(decimal: value)
      case .text(let value): append(csvField: value)
      case .date(let value): append(postgresDate: value)
      case .timestamp(let value): append(postgresTimestamp: value)
      }
    }
    append(UInt8(ascii: "\n"))
  }
}
