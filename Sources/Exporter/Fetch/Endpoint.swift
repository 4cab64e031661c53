import Curl

/// Where and how to ask for pages.
struct Endpoint: Equatable, Sendable {
  /// How the two arguments travel; the contract names them but not their place.
  enum ArgumentPlace: String, CaseIterable, Sendable {
    case query, form, json
  }

  /// The address of `/customers`, without a query.
  let url: String
  /// What proves that we may; nil for a server that wants no proof.
  let key: String?
  var arguments = ArgumentPlace.query

  /// The header that carries the key, in the contract's spelling.
  static let keyHeader = "X-CUTSOM-AUTH"

  func request(_ page: Plan.Request, maximumBytes: Int) -> HTTPRequest {
    var request = HTTPRequest(
      .post, url, headers: keyHeaders, maximumBytes: maximumBytes, wantedHeaders: Self.wantedHeaders)
    let pairs = "previous_id=\(page.previousID)&records=\(page.records)"
    switch arguments {
    case .query: request.url = "\(url)?\(pairs)"
    case .form:
      request.headers.append(("Content-Type", "application/x-www-form-urlencoded"))
      request.body = Array(pairs.utf8)
    case .json:
      request.headers.append(("Content-Type", "application/json"))
      request.body = Array(#"{"previous_id":\#(page.previousID),"records":\#(page.records)}"#.utf8)
    }
    return request
  }

  /// Asks which ids are settled. Our server alone knows that.
  var watermarkRequest: HTTPRequest {
    HTTPRequest(.get, "\(url)/watermark", headers: keyHeaders, wantedHeaders: Self.wantedHeaders)
  }

  private var keyHeaders: [(name: String, value: String)] { key.map { [(Self.keyHeader, $0)] } ?? [] }

  /// `Date` is for a `Retry-After` that is a date.
  private static let wantedHeaders = ["Retry-After", "Date", "Location"]
}

/// Why an address cannot be used.
struct EndpointError: Error, Equatable, CustomStringConvertible {
  let description: String
}

extension Endpoint {
  /// The address of the customers at a server: `http://host:5000`, `https://host/api` or `…/customers` itself.
  static func customersURL(_ text: String) throws(EndpointError) -> String {
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
      throw EndpointError(description: "it holds blanks or control characters; give it without")
    }
    guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else {
      throw EndpointError(description: "it must begin with http:// or https://")
    }
    let rest = text.dropFirst(scheme.utf8.count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard !authority.isEmpty, authority.first != ":" else {
      throw EndpointError(description: "it names no host; give one, such as http://127.0.0.1:5000")
    }
    // A password in the address would end up in the state file and in messages.
    guard !authority.contains("@") else {
      throw EndpointError(description: "it holds a user name; give the key by --key-file instead")
    }
    guard !rest.contains("?"), !rest.contains("#") else {
      throw EndpointError(description: "it holds a query; give the address of the server alone")
    }
    var path = rest.dropFirst(authority.count)
    while path.last == "/" { path.removeLast() }
    let customers = "/customers"
    return scheme + authority.lowercased() + path + (path.hasSuffix(customers) ? "" : customers)
  }
}
