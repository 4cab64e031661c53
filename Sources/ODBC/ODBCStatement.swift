internal import CODBC

/// A statement with its rows, which are read one by one, forwards.
///
/// One row is fetched at a time. A block of them (`SQL_ATTR_ROW_ARRAY_SIZE`) would come in one call, but FreeTDS takes
/// rows off the wire one by one all the same: the calls that it saves are a tenth of a microsecond a row, and the price is
/// that a source that sends slowly is not told apart from one that sends nothing.
public final class ODBCStatement: ODBCHandle, @unchecked Sendable {  // SAFETY: as ODBCHandle.
  private let connection: ODBCConnection
  private var buffers: [ColumnBuffer] = []
  /// The columns of the result.
  public private(set) var columns: [ODBCColumn] = []
  /// Rows that were fetched.
  public private(set) var rowCount = 0

  /// A statement of a connection.
  public init(_ connection: ODBCConnection) throws(ODBCError) {
    self.connection = connection
    try super.init(SQL_HANDLE_STMT, of: connection)
    if connection.patience > 0 {
      let seconds = UnsafeMutableRawPointer(bitPattern: UInt(connection.patience))
      // Not every driver has it.
      _ = SQLSetStmtAttr(raw, SQL_ATTR_QUERY_TIMEOUT, seconds, 0)
    }
  }

  /// Runs a query and describes what it gives. Blocks until the data source has begun to answer.
  public func execute(_ query: String) throws(ODBCError) {
    var text = Array(query.utf16)
    try check(SQLExecDirectW(raw, &text, SQLINTEGER(clamping: text.count)), "SQLExecDirect", self)
    var count: SQLSMALLINT = 0
    try check(SQLNumResultCols(raw, &count), "SQLNumResultCols", self)
    var columns: [ODBCColumn] = []
    var buffers: [ColumnBuffer] = []
    // What stands behind a column that is read in pieces must be read in its turn: drivers need not go back.
    var isInPieces = false
    for number in 0..<Int(count) {
      let column = try describe(SQLUSMALLINT(number + 1))
      isInPieces = isInPieces || column.isLong
      let buffer = ColumnBuffer(column, number: number + 1, isBound: !isInPieces)
      try buffer.bind(to: self)
      columns.append(column)
      buffers.append(buffer)
    }
    self.columns = columns
    self.buffers = buffers
  }

  private func describe(_ number: SQLUSMALLINT) throws(ODBCError) -> ODBCColumn {
    var name = [SQLWCHAR](repeating: 0, count: 256)
    var length: SQLSMALLINT = 0
    var type: SQLSMALLINT = 0
    var size: SQLULEN = 0
    var digits: SQLSMALLINT = 0
    var nullable: SQLSMALLINT = 0
    try check(
      SQLDescribeColW(
        raw, number, &name, SQLSMALLINT(name.count), &length, &type, &size, &digits, &nullable),
      "SQLDescribeCol", self)
    let shown = min(max(0, Int(length)), name.count - 1)
    return ODBCColumn(
      name: String(decoding: name.prefix(shown), as: UTF16.self), type: Int(type), size: Int(clamping: size))
  }

  /// Goes to the next row; false behind the last one. Blocks until it is there.
  public func fetch() throws(ODBCError) -> Bool {
    let code = SQLFetch(raw)
    if code == SQL_NO_DATA {
      try checkCount()
      return false
    }
    try check(code, "SQLFetch", self)
    for buffer in buffers where !buffer.isBound { try buffer.read(from: self) }
    rowCount += 1
    return true
  }

  /// The data source says at the end how many rows there were; a driver that lost some must not pass.
  private func checkCount() throws(ODBCError) {
    var count: SQLLEN = -1
    guard SQLRowCount(raw, &count) == SQL_SUCCESS, count > rowCount else { return }
    throw ODBCError(
      call: "SQLFetch", state: "08S01", native: 0,
      message: "the data source sent \(count) rows, of which \(rowCount) arrived")
  }

  /// The value of a column of the present row, counted from 0. Good until the next fetch.
  public func value(_ column: Int) -> ODBCValue { buffers[column].value }

  /// Ends a call of this statement that another thread waits in, which then fails. May block itself.
  public func cancel() { _ = SQLCancel(raw) }
}
