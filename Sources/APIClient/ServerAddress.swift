/// Why an address cannot be used.
public struct AddressError: Error, Equatable, CustomStringConvertible {
  /// What is wrong with it, and what would be right.
  public let description: String
}

/// Where a server that has customers is found.
public enum ServerAddress {
  /// The address of the customers at a server: `http://host:5000`, `https://host/api` or `…/customers` itself.
  public static func customersURL(_ text: String) throws(AddressError) -> String {
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
      throw AddressError(description: "it holds blanks or control characters; give it without")
    }
    guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else {
      throw AddressError(description: "it must begin with http:// or https://")
    }
    let rest = text.dropFirst(scheme.utf8.count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard !authority.isEmpty, authority.first != ":" else {
      throw AddressError(description: "it names no host; give one, such as http://127.0.0.1:5000")
    }
    // A password in the address would end up in the state file and in messages.
    guard !authority.contains("@") else {
      throw AddressError(description: "it holds a user name; give the key by --key-file instead")
    }
    guard !rest.contains("?"), !rest.contains("#") else {
      throw AddressError(description: "it holds a query; give the address of the server alone")
    }
    var path = rest.dropFirst(authority.count)
    while path.last == "/" { path.removeLast() }
    let customers = "/customers"
    return scheme + authority.lowercased() + path + (path.hasSuffix(customers) ? "" : customers)
  }
}
