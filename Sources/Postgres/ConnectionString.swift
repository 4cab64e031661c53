internal import Bytes
internal import CLibPQ

extension ConnectionSettings {
  /// Reads a connection URL (`postgresql://`, `postgres://`, SQLAlchemy's `postgresql+driver://`) or libpq's
  /// `key=value` pairs. libpq does the parsing, so that what works with `psql` works here.
  public init(connectionString text: String) throws(ConnectionSettingsError) {
    let url = SQLAlchemyURL(text)
    if let scheme = url.scheme, scheme != "postgresql", scheme != "postgres" {
      throw ConnectionSettingsError(
        "the database's URL begins with another scheme; begin it with postgresql://")
    }
    try self.init(try Self.parse(url.withoutDriver) + url.extraParameters)
  }

  private static func parse(_ text: String) throws(ConnectionSettingsError) -> [Parameter] {
    var message: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(text, &message) else {
      defer { PQfreemem(message) }
      let reason = message.map { String(cString: $0) } ?? "out of memory"
      throw ConnectionSettingsError("the connection URL cannot be read: \(withoutQuotes(reason))")
    }
    defer { PQconninfoFree(options) }
    var parameters: [Parameter] = []
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val {
        guard let value = String(validatingCString: value) else {
          throw ConnectionSettingsError("the connection URL is not UTF-8; give it in UTF-8")
        }
        parameters.append(Parameter(keyword: String(cString: keyword), value: value))
      }
      option += 1
    }
    return parameters
  }

  /// libpq's messages quote the URL or the part of it that they are about; either may be a password.
  private static func withoutQuotes(_ message: String) -> String {
    var text = ""
    var pieces = message.split(separator: "\"", omittingEmptySubsequences: false)
    // What is quoted may hold quotes itself: only what is before the first and behind the last is libpq's own.
    if pieces.count > 2 {
      let last = pieces.removeLast()
      text = "\(pieces[0])\"…\"\(last)"
    } else {
      text = String(pieces[0])
    }
    return text.split { $0.isNewline }.joined(separator: " ")
  }
}

/// What SQLAlchemy's URLs have beyond libpq's: the driver in the scheme, `host=name:port` in the query as often
/// as there are hosts, and asyncpg's `ssl`.
private struct SQLAlchemyURL {
  var scheme: String?
  var withoutDriver: String
  var extraParameters: [ConnectionSettings.Parameter] = []

  init(_ text: String) {
    withoutDriver = text
    guard let colon = text.place(of: "://") else { return }
    let head = text[..<colon.lowerBound]
    // In `key=value` pairs a :// may be part of some value.
    guard head.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-._".contains($0)) }) else {
      return
    }
    let parts = head.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    let scheme = parts[0].lowercased()
    self.scheme = scheme
    withoutDriver = scheme + text[colon.lowerBound...]
    if parts.count == 2 { readQuery() }
  }

  private mutating func readQuery() {
    guard let mark = withoutDriver.firstIndex(of: "?") else { return }
    let query = withoutDriver[withoutDriver.index(after: mark)...]
    var hosts: [Substring] = []
    var rest: [Substring] = []
    for pair in query.split(separator: "&") {
      if pair.hasPrefix("host=") {
        hosts.append(pair.dropFirst(5))
      } else if pair.hasPrefix("ssl=") {
        rest.append("sslmode=" + pair.dropFirst(4))
      } else {
        rest.append(pair)
      }
    }
    let isSplit = hosts.count > 1 || hosts.contains { !$0.hasPrefix("/") && $0.contains(":") }
    if !isSplit { rest += hosts.map { "host=" + $0 } }
    withoutDriver = withoutDriver[..<mark] + (rest.isEmpty ? "" : "?" + rest.joined(separator: "&"))
    guard isSplit else { return }
    // Names and ports have nothing in them that would be percent-encoded.
    let places = hosts.map { $0.split(separator: ":", maxSplits: 1).map { String($0) } }
    let names = places.map { $0.first ?? "" }
    let ports = places.map { $0.count > 1 ? $0[1] : "" }
    extraParameters = [.init(keyword: "host", value: names.joined(separator: ","))]
    if ports.contains(where: { !$0.isEmpty }) {
      extraParameters.append(.init(keyword: "port", value: ports.joined(separator: ",")))
    }
  }
}
