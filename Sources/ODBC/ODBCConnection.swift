internal import CODBC

/// A connection to a data source. Connecting blocks, and so does all that is done with it.
public final class ODBCConnection: ODBCHandle, @unchecked Sendable {  // SAFETY: as ODBCHandle.
  private let secrets: [String]
  private var isConnected = false
  /// Seconds that the driver waits for each answer of the data source; 0 for ever.
  let patience: Int

  /// Connects.
  ///
  /// - Parameter patience: seconds after which the driver gives up by itself, for log-in and for each wait after that. A
  ///   driver may not know how to; whoever must not wait needs a clock of his own.
  public init(_ environment: ODBCEnvironment, _ string: ODBCConnectionString, patience: Int) throws(ODBCError)
  {
    secrets = string.secrets
    self.patience = patience
    try super.init(SQL_HANDLE_DBC, of: environment)
    if patience > 0 {
      let seconds = UnsafeMutableRawPointer(bitPattern: UInt(patience))
      // Not every driver has it.
      _ = SQLSetConnectAttr(raw, SQL_ATTR_LOGIN_TIMEOUT, seconds, 0)
    }
    var text = Array(string.text.utf16)
    let code = SQLDriverConnectW(
      raw, nil, &text, SQLSMALLINT(clamping: text.count), nil, 0, nil, SQLUSMALLINT(SQL_DRIVER_NOPROMPT))
    text.withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) }
    try check(code, "SQLDriverConnect", self)
    isConnected = true
  }

  deinit {
    if isConnected { SQLDisconnect(raw) }
  }

  override func withoutSecrets(_ text: String) -> String {
    secrets.reduce(text) { $0.replacing(text: $1, with: "***") }
  }
}

extension String {
  /// This text with every occurrence of `part` replaced.
  fileprivate func replacing(text part: String, with other: String) -> String {
    guard !part.isEmpty else { return self }
    let (bytes, wanted) = (Array(utf8), Array(part.utf8))
    var result: [UInt8] = []
    var place = 0
    while place < bytes.count {
      if bytes[place...].starts(with: wanted) {
        result += other.utf8
        place += wanted.count
      } else {
        result.append(bytes[place])
        place += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
