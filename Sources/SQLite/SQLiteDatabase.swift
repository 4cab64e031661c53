internal import CSQLite

/// An open database file. Owns the C handle; calls block, and come from one thread at a time.
public final class SQLiteDatabase {
  /// What may be done with the file.
  public enum Access: Sendable {
    /// Reading alone; the file must be there.
    case read
    /// Reading and writing; a file that is not there is made.
    case write
  }

  let handle: OpaquePointer
  private var isClosed = false

  /// Opens the file at `path`.
  public init(_ path: String, _ access: Access) throws(SQLiteError) {
    let flags =
      access == .read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    var handle: OpaquePointer?
    // A leading slash or dot, so that no path is taken for one of SQLite's special names.
    let plain = path.hasPrefix("/") ? path : "./\(path)"
    let code = sqlite3_open_v2(plain, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let handle else {
      let error = SQLiteError("sqlite3_open_v2", code, handle)
      sqlite3_close_v2(handle)
      throw error
    }
    self.handle = handle
  }

  deinit {
    if !isClosed { sqlite3_close_v2(handle) }
  }

  /// Closes the file; every statement must be gone by now. A failure leaves it open.
  public func close() throws(SQLiteError) {
    try check(sqlite3_close(handle), "sqlite3_close", handle)
    isClosed = true
  }

  /// Runs statements that have no parameters; rows that they give are left out.
  public func execute(_ sql: StaticString) throws(SQLiteError) {
    try run("\(sql)")
  }

  /// Runs SQL that was put together from what the program itself has declared. Never from data: that is bound.
  public func execute(declared sql: String) throws(SQLiteError) {
    try run(sql)
  }

  private func run(_ sql: String) throws(SQLiteError) {
    try check(sqlite3_exec(handle, sql, nil, nil, nil), "sqlite3_exec", handle)
  }
}
