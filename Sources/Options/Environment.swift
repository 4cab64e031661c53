internal import Glibc

/// The environment variables as options read them: an empty value counts as unset.
public struct Environment: Sendable, ExpressibleByDictionaryLiteral {
  private let lookup: @Sendable (String) -> String?

  /// The variables of this process.
  public static let process = Environment { name in
    getenv(name).map { String(cString: $0) }
  }

  init(_ lookup: @escaping @Sendable (String) -> String?) {
    self.lookup = lookup
  }

  /// These variables and no others.
  public init(_ variables: [String: String]) {
    lookup = { variables[$0] }
  }

  /// These variables and no others.
  public init(dictionaryLiteral elements: (String, String)...) {
    self.init(Dictionary(elements) { _, last in last })
  }

  /// The value of the variable `name`, nil if it is unset or empty.
  public subscript(name: String) -> String? {
    guard let value = lookup(name), !value.isEmpty else { return nil }
    return value
  }
}
