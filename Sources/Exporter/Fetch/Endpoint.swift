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
