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
  @inlinable public mutating func append(copyRow row: borrowing CustomerRow, source: StaticString) {
    append(copyRowOf: Int16(Column.count + 1))
    for index in 0..<Column.count {
      switch row.cells[index] {
      case .null: appendCopyNull()
      case .integer(let value): append(copyInteger: value)
      case .text(let value): append(copyText: value)
      case .date(let value): append(copyDate: value)
      case .timestamp(let value): append(copyTimestamp: value)
      }
    }
    append(copyText: UnsafeRawBufferPointer(start: source.utf8Start, count: source.utf8CodeUnitCount))
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
