/// Why a page did not come.
enum FetchFailure: Error, Equatable {
  /// The server does not know the key, or does not let it read.
  case notAuthorized(status: Int)
  /// The server's answer is one that does not change: a redirect, a wrong address, a request it does not take.
  case refused(status: Int, detail: String)
  /// libcurl cannot do it, and could not later.
  case impossible(String)
  /// It failed again and again, last like this.
  case givenUp(String)
  /// The page is larger than its memory.
  case tooLarge(limit: Int)
}

extension FetchFailure: CustomStringConvertible {
  var description: String {
    switch self {
    case .notAuthorized(let status):
      "not authorized (\(status)); check the key in --key-file, --key or ROSTER_API_KEY"
    case .refused(let status, let detail):
      "the server answered \(status)\(detail.isEmpty ? "" : ": \(detail)")"
    case .impossible(let reason): reason
    case .givenUp(let reason): "given up: \(reason)"
    case .tooLarge(let limit): "a single row is larger than \(limit) bytes"
    }
  }
}
