internal import CODBC

/// Where the values of one column arrive. The driver writes there with each fetch, or piece by piece when it is asked.
final class ColumnBuffer {
  private let form: ODBCColumn.Form
  private let number: SQLUSMALLINT
  /// True if a fetch fills it.
  let isBound: Bool
  private var bytes: UnsafeMutableRawBufferPointer
  /// What the driver says of the value: its length in bytes, or that it is NULL.
  private let indicator = UnsafeMutablePointer<SQLLEN>.allocate(capacity: 1)
  private var isTooLong = false

  /// Bytes. A value beyond this is not read any further: nothing that a customer has comes near.
  private static let longest = 1 << 20

  init(_ column: ODBCColumn, number: Int, isBound: Bool) {
    form = column.form
    self.number = SQLUSMALLINT(number)
    self.isBound = isBound
    let size =
      switch column.form {
      case .integer: 8
      case .timestamp: MemoryLayout<TIMESTAMP_STRUCT>.size
      // A character may take two places; numbers and the like are longer as text than their size says.
      case .text: isBound ? 2 * (2 * max(column.size, 40) + 1) : 4096
      }
    bytes = .allocate(byteCount: size, alignment: 8)
    indicator.initialize(to: SQLLEN(SQL_NULL_DATA))
  }

  deinit {
    bytes.deallocate()
    indicator.deallocate()
  }

  private var cType: SQLSMALLINT {
    switch form {
    case .integer: SQLSMALLINT(SQL_C_SBIGINT)
    case .timestamp: SQLSMALLINT(SQL_C_TYPE_TIMESTAMP)
    case .text: SQLSMALLINT(SQL_C_WCHAR)
    }
  }

  /// Lets each fetch fill it. It must live as long as the statement.
  func bind(to statement: ODBCStatement) throws(ODBCError) {
    guard isBound else { return }
    try check(
      SQLBindCol(statement.raw, number, cType, bytes.baseAddress, SQLLEN(bytes.count), indicator),
      "SQLBindCol", statement)
  }

  /// Reads the value of the present row.
  func read(from statement: ODBCStatement) throws(ODBCError) {
    guard form == .text else {
      let code = SQLGetData(statement.raw, number, cType, bytes.baseAddress, SQLLEN(bytes.count), indicator)
      return try check(code, "SQLGetData", statement)
    }
    isTooLong = false
    var length = 0
    while true {
      var left = SQLLEN(0)
      let room = bytes.count - length
      let code = SQLGetData(
        statement.raw, number, cType, bytes.baseAddress.map { $0 + length }, SQLLEN(room), &left)
      if code == SQL_NO_DATA { break }
      try check(code, "SQLGetData", statement)
      if left == SQLLEN(SQL_NULL_DATA) {
        indicator.pointee = left
        return
      }
      // All of it came, or as much as there was room for before the zero at the end.
      let isWhole = left != SQLLEN(SQL_NO_TOTAL) && Int(left) <= room - 2
      length += isWhole ? Int(left) : room - 2
      if isWhole { break }
      if length > Self.longest { break }
      grow(keeping: length)
    }
    isTooLong = length > Self.longest
    indicator.pointee = SQLLEN(length)
  }

  private func grow(keeping length: Int) {
    let bigger = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * bytes.count, alignment: 8)
    bigger.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<length]))
    bytes.deallocate()
    bytes = bigger
  }

  /// The value of the present row.
  var value: ODBCValue {
    let length = Int(indicator.pointee)
    if length == Int(SQL_NULL_DATA) { return .null }
    switch form {
    case .integer: return .integer(bytes.load(as: Int64.self))
    case .timestamp: return .timestamp(ODBCTimestamp(bytes.load(as: TIMESTAMP_STRUCT.self)))
    case .text:
      // The driver cuts what does not fit, and tells how long it was.
      if isTooLong || length < 0 || isBound && length > bytes.count - 2 { return .tooLong }
      let start = bytes.baseAddress?.assumingMemoryBound(to: UInt16.self)
      return .text(UnsafeBufferPointer(start: start, count: length / 2))
    }
  }
}

extension ODBCTimestamp {
  fileprivate init(_ stamp: TIMESTAMP_STRUCT) {
    self.init(
      year: Int(stamp.year), month: Int(stamp.month), day: Int(stamp.day), hour: Int(stamp.hour),
      minute: Int(stamp.minute), second: Int(stamp.second), nanosecond: Int(stamp.fraction))
  }
}
