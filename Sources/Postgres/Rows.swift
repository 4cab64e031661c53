internal import CLibPQ

/// The answer of a query, with binary cells. The memory is libpq's and goes with the object.
///
/// SAFETY: `@unchecked Sendable` since a `PGresult` does not change once it is complete.
public final class Rows: @unchecked Sendable {
  private let result: OpaquePointer
  /// All cells, row by row, where libpq's own place for them is not known.
  private let copied: UnsafeMutablePointer<pq_cell>?

  /// An answer; `looksInside` is whether cells are read where libpq keeps them.
  init(result: OpaquePointer, looksInside: Bool = Rows.cellsAreKnown) {
    self.result = result
    count = Int(PQntuples(result))
    columnCount = Int(PQnfields(result))
    copied = looksInside ? nil : Self.copyCells(of: result, count, columnCount)
  }

  deinit {
    copied?.deallocate()
    PQclear(result)
  }

  /// See `pq_cells_are_known`.
  static let cellsAreKnown = pq_cells_are_known()

  private static func copyCells(
    of result: OpaquePointer, _ rows: Int, _ columns: Int
  ) -> UnsafeMutablePointer<pq_cell> {
    let cells = UnsafeMutablePointer<pq_cell>.allocate(capacity: rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        let (row, column, place) = (Int32(row), Int32(column), row * columns + column)
        let isNull = PQgetisnull(result, row, column) != 0
        (cells + place).initialize(
          to: pq_cell(
            length: isNull ? -1 : PQgetlength(result, row, column), start: PQgetvalue(result, row, column)))
      }
    }
    return cells
  }

  /// How many rows there are.
  public let count: Int
  /// How many columns each row has.
  public let columnCount: Int
  /// How many rows an INSERT, UPDATE, DELETE or COPY touched.
  public var affected: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

  /// What the server did: `SELECT 1`, `COMMIT`.
  var commandTag: String { String(cString: PQcmdStatus(result)) }

  /// The cells of a row. Good as long as the object is.
  public func cells(_ row: Int) -> Cells {
    precondition(row >= 0 && row < count)
    let start =
      copied.map { UnsafeRawPointer($0 + row * columnCount) }
      ?? UnsafeRawPointer(pq_cells(result, Int32(row)))
    return Cells(start: start?.assumingMemoryBound(to: Cells.Cell.self), count: columnCount)
  }

  /// The bytes of a cell in PostgreSQL's binary form, nil for NULL. Good as long as the object is.
  public func cell(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? { cells(row)[column] }

  /// One row.
  public subscript(row: Int) -> Row { Row(rows: self, index: row) }

  /// A `bigint`, `integer` or `smallint`.
  public func integer(_ row: Int, _ column: Int) -> Int64? {
    guard let cell = cell(row, column) else { return nil }
    switch cell.count {
    case 8: return Int64(bigEndian: cell.loadUnaligned(as: Int64.self))
    case 4: return Int64(Int32(bigEndian: cell.loadUnaligned(as: Int32.self)))
    case 2: return Int64(Int16(bigEndian: cell.loadUnaligned(as: Int16.self)))
    default: return nil
    }
  }

  /// A `boolean`.
  public func boolean(_ row: Int, _ column: Int) -> Bool? {
    cell(row, column).flatMap { $0.first }.map { $0 != 0 }
  }

  /// A `text`, `varchar` or `name`.
  public func text(_ row: Int, _ column: Int) -> String? {
    cell(row, column).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The server's error, if the result is one.
  var message: ServerMessage? {
    PQresultErrorField(result, Int32(UInt8(ascii: "C"))) == nil ? nil : ServerMessage(result: result)
  }
}

/// One row of an answer, which it keeps.
public struct Row: Sendable {
  let rows: Rows
  let index: Int

  /// The cells. Good as long as the row is kept.
  public var cells: Cells { rows.cells(index) }
}

/// The cells of one row, in PostgreSQL's binary form.
public struct Cells {
  /// As libpq has it, see `pq_cell`.
  @frozen @usableFromInline struct Cell {
    @usableFromInline let length: Int32
    @usableFromInline let start: UnsafeRawPointer?
  }

  @usableFromInline let start: UnsafePointer<Cell>?
  /// How many there are.
  public let count: Int

  init(start: UnsafePointer<Cell>?, count: Int) {
    self.start = start
    self.count = count
  }

  /// The bytes of a cell, nil for NULL.
  @inlinable public subscript(column: Int) -> UnsafeRawBufferPointer? {
    precondition(column >= 0 && column < count)
    guard let cell = start?[column], cell.length >= 0 else { return nil }
    return UnsafeRawBufferPointer(start: cell.start, count: Int(cell.length))
  }
}
