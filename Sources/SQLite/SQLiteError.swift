internal import CSQLite
internal import Glibc

/// What SQLite says went wrong.
public struct SQLiteError: Error, Equatable, Sendable {
  /// The C function that said so.
  public let call: String
  /// The extended result code.
  public let code: Int32
  /// SQLite's words, and the system's where it was the system that failed.
  public let message: String

  /// True if the file is no database, or a damaged one.
  public var isDamage: Bool { code & 0xFF == SQLITE_CORRUPT || code & 0xFF == SQLITE_NOTADB }

  init(_ call: StaticString, _ code: Int32, _ database: OpaquePointer?) {
    self.call = "\(call)"
    self.code = code
    var message =
      database.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
    let isSystem = [SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_FULL].contains(code & 0xFF)
    if isSystem, let database, case let number = sqlite3_system_errno(database), number != 0 {
      message += ": \(String(cString: strerror(number)))"
    }
    self.message = message
  }
}

extension SQLiteError: CustomStringConvertible {
  /// One line: call, words and code.
  public var description: String { "\(call): \(message) (code \(code))" }
}

/// The one check of SQLite's results.
func check(_ code: Int32, _ call: StaticString, _ database: OpaquePointer?) throws(SQLiteError) {
  if code != SQLITE_OK { throw SQLiteError(call, code, database) }
}
