internal import CLibPQ

/// The answer of a query, with binary cells. The memory is libpq's and goes with the object.
///
/// SAFETY: `@unchecked Sendable` since a `PGresult` does not change once it is complete.
public final class Rows: @unchecked Sendable {
  private let result: OpaquePointer

  init(result: OpaquePointer) {
    self.result = result
    count = Int(PQntuples(result))
  }

  deinit { PQclear(result) }

  /// How many rows there are.
  public let count: Int
  /// How many columns each row has.
  public var columnCount: Int { Int(PQnfields(result)) }
  /// How many rows an INSERT, UPDATE, DELETE or COPY touched.
  public var affected: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

  /// What the server did: `SELECT 1`, `COMMIT`.
  var commandTag: String { String(cString: PQcmdStatus(result)) }

  /// The bytes of a cell in PostgreSQL's binary form, nil for NULL. Good as long as the object is.
  @inline(__always)
  public func cell(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? {
    let length = PQgetlength(result, Int32(truncatingIfNeeded: row), Int32(truncatingIfNeeded: column))
    if length == 0,
      PQgetisnull(result, Int32(truncatingIfNeeded: row), Int32(truncatingIfNeeded: column)) != 0
    {
      return nil
    }
    let start = PQgetvalue(result, Int32(truncatingIfNeeded: row), Int32(truncatingIfNeeded: column))
    return UnsafeRawBufferPointer(start: start, count: Int(length))
  }

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
