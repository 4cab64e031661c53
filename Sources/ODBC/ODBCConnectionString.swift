internal import Bytes

/// How to reach a data source: attributes with values, in order, the password among them.
///
/// Braces are those of FreeTDS, which differ from what ODBC says: a value in them ends at the first `};`, the last `}` of
/// the whole string is only taken for an end if a `;` follows, and a doubled `}` stays doubled.
public struct ODBCConnectionString: Sendable, Equatable {
  private var attributes: [(name: String, value: String)] = []

  /// An empty one.
  public init() {}

  /// Reads `name=value;name={a;value};…`. Of an attribute that stands there twice the first one counts, as ODBC has it.
  public init(_ text: String) throws(ODBCConnectionStringError) {
    var rest = text[...]
    while true {
      rest = rest.drop { $0 == ";" || $0.isWhitespace }
      guard !rest.isEmpty else { return }
      guard let equals = rest.firstIndex(of: "="), equals > rest.startIndex,
        !rest[..<equals].contains(where: { $0 == ";" || $0 == "{" })
      else {
        throw ODBCConnectionStringError(
          "a connection string is made of name=value with ; between, such as Server=db;Port=1433")
      }
      let name = rest[..<equals]
      rest = rest[rest.index(after: equals)...]
      try setDefault(String(name), try Self.takeValue(&rest))
    }
  }

  private static func takeValue(_ rest: inout Substring) throws(ODBCConnectionStringError) -> String {
    guard rest.first == "{" else {
      let value = rest.prefix { $0 != ";" }
      rest = rest[value.endIndex...]
      return String(value)
    }
    rest.removeFirst()
    if let end = rest.place(of: "};") {
      defer { rest = rest[end.upperBound...] }
      return String(rest[..<end.lowerBound])
    }
    guard rest.last == "}" else {
      throw ODBCConnectionStringError(
        "a value of the connection string begins with { and has no } at its end")
    }
    defer { rest = "" }
    return String(rest.dropLast())
  }

  /// The value of an attribute, whose name is the same in capitals.
  public subscript(name: String) -> String? {
    attributes.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// Adds an attribute unless it is there already. Throws if no driver would read the value as it is.
  public mutating func setDefault(_ name: String, _ value: String) throws(ODBCConnectionStringError) {
    guard self[name] == nil else { return }
    if Self.needsBraces(value), value.holds("};") || value.holds("\0") {
      throw ODBCConnectionStringError(
        "\(name): a value that has both ; and }; in it cannot be passed to a driver")
    }
    attributes.append((name, value))
  }

  /// As the manager of drivers reads it. It holds the password: never print it.
  var text: String {
    attributes.map { "\($0.name)=\(Self.needsBraces($0.value) ? "{\($0.value)}" : $0.value);" }.joined()
  }

  private static func needsBraces(_ value: String) -> Bool { value.hasPrefix("{") || value.holds(";") }

  /// What must not be shown, the longest first, so that none leaves its end behind a shorter one.
  var secrets: [String] {
    attributes.filter { attribute in
      Self.secretWords.contains { attribute.name.lowercased().holds($0) } && !attribute.value.isEmpty
    }.map(\.value).sorted { $0.utf8.count > $1.utf8.count }
  }

  /// In the names of attributes, whatever the driver: `PWD`, `Password`, `AccessToken`, `KeystoreSecret`, …
  private static let secretWords: [StaticString] = ["pwd", "password", "secret", "token"]

  /// Two are the same if all attributes are.
  public static func == (left: Self, right: Self) -> Bool { left.text == right.text }
}

extension ODBCConnectionString: CustomStringConvertible, CustomDebugStringConvertible {
  /// Server, port and database: what is printed by accident is no secret.
  public var description: String {
    let shown = ["server", "servername", "port", "database"]
    return attributes.filter { shown.contains($0.name.lowercased()) }
      .map { "\($0.name)=\($0.value)" }.joined(separator: ";")
  }
  /// The same.
  public var debugDescription: String { description }
}

/// What is wrong with a connection string, without any part of it: a mistyped one has its password anywhere.
public struct ODBCConnectionStringError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The line.
  public let description: String

  init(_ description: String) { self.description = description }
}
