internal import CODBC

/// What all ODBC handles share: the C handle, what it was made from, and the end.
///
/// A handle is used by one thread at a time; only ``ODBCStatement/cancel()`` may come from another one.
///
/// SAFETY: `@unchecked Sendable` in this class and its heirs for that reason; the manager of drivers has locks of its
/// own for what several connections share.
public class ODBCHandle: @unchecked Sendable {
  let kind: SQLSMALLINT
  let raw: SQLHANDLE
  /// Kept until this handle is freed, whatever order its owner lets go in.
  private let parent: ODBCHandle?

  init(_ kind: Int32, of parent: ODBCHandle?) throws(ODBCError) {
    self.kind = SQLSMALLINT(kind)
    self.parent = parent
    var made: SQLHANDLE?
    let code = SQLAllocHandle(self.kind, parent?.raw, &made)
    guard let made, code == SQL_SUCCESS || code == SQL_SUCCESS_WITH_INFO else {
      if let parent { throw ODBCError("SQLAllocHandle", code, parent) }
      throw ODBCError(call: "SQLAllocHandle", state: "", native: Int(code), message: "no memory")
    }
    raw = made
  }

  deinit { SQLFreeHandle(kind, raw) }

  /// `text` without what must not be shown.
  func withoutSecrets(_ text: String) -> String { parent?.withoutSecrets(text) ?? text }
}

/// The manager of drivers, as one user of it.
public final class ODBCEnvironment: ODBCHandle, @unchecked Sendable {  // SAFETY: as ODBCHandle.
  /// An environment that speaks ODBC 3.
  public init() throws(ODBCError) {
    try super.init(SQL_HANDLE_ENV, of: nil)
    let version = UnsafeMutableRawPointer(bitPattern: UInt(SQL_OV_ODBC3))
    try check(SQLSetEnvAttr(raw, SQL_ATTR_ODBC_VERSION, version, 0), "SQLSetEnvAttr", self)
  }
}
