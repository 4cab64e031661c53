internal import CSQLite

/// One prepared statement. Owns the C handle.
public final class SQLiteStatement {
  private let database: SQLiteDatabase
  private let handle: OpaquePointer

  /// Prepares SQL that the program itself has declared, with `?` for what is bound.
  public init(_ database: SQLiteDatabase, declared sql: String) throws(SQLiteError) {
    self.database = database
    var handle: OpaquePointer?
    try check(
      sqlite3_prepare_v2(database.handle, sql, -1, &handle, nil), "sqlite3_prepare_v2", database.handle)
    guard let handle else { throw SQLiteError("sqlite3_prepare_v2", SQLITE_MISUSE, nil) }
    self.handle = handle
  }

  deinit { sqlite3_finalize(handle) }

  // MARK: Parameters, counted from 1

  /// Binds NULL.
  public func bindNull(_ index: Int) throws(SQLiteError) {
    try check(sqlite3_bind_null(handle, Int32(index)), "sqlite3_bind_null", database.handle)
  }

  /// Binds an integer.
  public func bind(_ value: Int64, at index: Int) throws(SQLiteError) {
    try check(sqlite3_bind_int64(handle, Int32(index), value), "sqlite3_bind_int64", database.handle)
  }

  /// Binds UTF-8, which must stay where it is until the statement was stepped and reset.
  public func bind(textInPlace text: UnsafeRawBufferPointer, at index: Int) throws(SQLiteError) {
    let code: Int32
    // A null pointer would bind NULL, and an empty text is not that.
    if let start = text.bindMemory(to: CChar.self).baseAddress, !text.isEmpty {
      code = sqlite3_bind_text(handle, Int32(index), start, Int32(text.count), nil)
    } else {
      let empty: StaticString = ""
      code = empty.withUTF8Buffer { buffer in
        buffer.withMemoryRebound(to: CChar.self) {
          sqlite3_bind_text(handle, Int32(index), $0.baseAddress, 0, nil)
        }
      }
    }
    try check(code, "sqlite3_bind_text", database.handle)
  }

  // MARK: Running

  /// Goes to the next row; false behind the last one.
  public func step() throws(SQLiteError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code: throw SQLiteError("sqlite3_step", code, database.handle)
    }
  }

  /// Makes it ready to be run again.
  public func reset() { sqlite3_reset(handle) }

  // MARK: Columns of the row, counted from 0

  /// The names of the columns.
  public var columnNames: [String] {
    (0..<sqlite3_column_count(handle)).map { index in
      sqlite3_column_name(handle, index).map { String(cString: $0) } ?? ""
    }
  }

  /// True for NULL.
  public func isNull(_ column: Int) -> Bool { sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL }

  /// The value as an integer; 0 for what is none.
  public func integer(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(column)) }

  /// The value as UTF-8, good until the next step; nil for NULL.
  public func text(_ column: Int) -> UnsafeRawBufferPointer? {
    guard !isNull(column) else { return nil }
    // In this order: asking for the text may convert it, and the bytes are those of the text.
    let start = sqlite3_column_text(handle, Int32(column))
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, Int32(column))))
  }
}
