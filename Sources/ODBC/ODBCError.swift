internal import Bytes
internal import CODBC

/// What a driver, or the manager of drivers, says went wrong. Passwords are taken out of the words.
public struct ODBCError: Error, Equatable, Sendable {
  /// The C function that said so.
  public let call: String
  /// Five characters, such as `HYT00` for a time limit of the driver's own; empty where the driver gave none.
  public let state: String
  /// The number that the data source gave: 18456 is a log-in that SQL Server refuses.
  public let native: Int
  /// The driver's words, several records with `; ` between.
  public let message: String

  /// An error.
  public init(call: String, state: String, native: Int, message: String) {
    self.call = call
    self.state = state
    self.native = native
    self.message = message
  }

  /// True if the driver waited for as long as it was told to.
  public var isTimeout: Bool { state == "HYT00" || state == "HYT01" }
  /// True if there is no such driver on this machine, or it cannot be loaded.
  public var isMissingDriver: Bool { state == "IM002" || state == "IM003" || message.holds("Can't open lib") }
  /// True if the data source does not let the user in.
  public var isRefusedLogIn: Bool { state == "28000" || state == "28P01" || native == 18456 }
  /// True if the data source understood the query and says that it is wrong: the same would fail again.
  public var isWrongQuery: Bool {
    state.hasPrefix("42") && !isRefusedLogIn && !Self.passing.contains(native)
  }

  /// SQL Server's errors of the class 42000 that are nobody's fault: a deadlock, a time limit, a lack of resources.
  private static let passing: Set<Int> = [1204, 1205, 1222, 3960, 8645, 10928, 10929, 40197, 40501, 40613]
}

extension ODBCError: CustomStringConvertible {
  /// One line: call, words and SQLSTATE.
  public var description: String {
    "\(call): \(message.isEmpty ? "no reason was given" : message)\(state.isEmpty ? "" : " (SQLSTATE \(state))")"
  }
}

/// The one check of ODBC's results: what went well passes, all else is thrown with what the handle has to say.
func check(_ code: SQLRETURN, _ call: StaticString, _ handle: ODBCHandle) throws(ODBCError) {
  if code != SQL_SUCCESS, code != SQL_SUCCESS_WITH_INFO { throw ODBCError("\(call)", code, handle) }
}

extension ODBCError {
  /// The records that a call has left with its handle. The first one's state counts, but for those of the class 01,
  /// which FreeTDS puts before the error itself.
  init(_ call: String, _ code: SQLRETURN, _ handle: ODBCHandle) {
    let records = Self.records(of: handle)
    let first = records.first { !$0.state.hasPrefix("01") } ?? records.first
    var words: [String] = []
    for record in records where !words.contains(record.message) { words.append(record.message) }
    self.init(
      call: call, state: first?.state ?? "", native: first?.native ?? Int(code),
      message: handle.withoutSecrets(words.joined(separator: "; ")))
  }

  private struct Record {
    let state: String
    let native: Int
    let message: String
  }

  /// More are not looked at; a server may print thousands of lines.
  private static let mostRecords: SQLSMALLINT = 4
  private static let longestMessage = 1024

  private static func records(of handle: ODBCHandle) -> [Record] {
    var records: [Record] = []
    var state = [SQLWCHAR](repeating: 0, count: 6)
    var text = [SQLWCHAR](repeating: 0, count: longestMessage)
    for number in 1...mostRecords {
      var native: SQLINTEGER = 0
      var length: SQLSMALLINT = 0
      let code = SQLGetDiagRecW(
        handle.kind, handle.raw, number, &state, &native, &text, SQLSMALLINT(text.count), &length)
      guard code == SQL_SUCCESS || code == SQL_SUCCESS_WITH_INFO else { break }
      let shown = min(max(0, Int(length)), text.count - 1)
      records.append(
        Record(
          state: String(decoding: state.prefix(5), as: UTF16.self), native: Int(native),
          message: String(decoding: text.prefix(shown), as: UTF16.self)))
    }
    return records
  }
}
